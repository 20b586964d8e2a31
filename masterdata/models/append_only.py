"""Tables of this app that the serving role may only add to, or only read."""

APPEND_ONLY_TABLES = (
    "masterdata_attachmenttakenout",
    "masterdata_changeattachment",
    "masterdata_changenote",
    "masterdata_changesignature",
    "masterdata_credentialevent",
    "masterdata_devicenonce",
    "masterdata_formerpassword",
    "masterdata_periodicreview",
    "masterdata_importedrecord",
    "masterdata_importfile",
    "masterdata_signature",
)
#: Written by triggers of the owner alone.
READ_ONLY_TABLES = ("masterdata_auditblock", "masterdata_auditevent", "masterdata_masterdatarevision")
#: What the serving role may have done for it with the owner's rights, and nobody else may.
SERVING_FUNCTIONS = ("masterdata_forget_old_nonces()", "masterdata_seal_audit()")
