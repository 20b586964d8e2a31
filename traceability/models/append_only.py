"""Tables that are only added to: the serving role may read and insert, and triggers refuse the rest to everybody."""

APPEND_ONLY_TABLES: tuple[str, ...] = (
    "traceability_carriedlink",
    "traceability_ledgerentry",
    "traceability_ledgerline",
    "traceability_lotstatuschange",
    "traceability_orderpin",
    "traceability_packingrecord",
    "traceability_qualitylink",
    "traceability_qualitynote",
    "traceability_stagingscan",
)
