"""Who confirms a quantity beyond its limit, and how far a confirmation reaches.

A badge number is no secret: it is printed, scanned and sent by devices. What a person sends therefore counts as confirmed only
where the confirmer showed their presence: by sending it themselves, or by badge and PIN on the screen that sent it. A device
has no way to ask for a PIN; its word is a claim, and reaches less far. Nobody confirms what no order could have made.
"""

from collections.abc import Collection

from masterdata.rules.refusal import Refusal

#: times the order's quantity, in good units, that a device's claim of a supervisor's badge covers
CLAIM_REACHES = 2
#: times the order's quantity, in units of every kind, beyond which a count is a typing error
NOBODY_CONFIRMS = 10


def presence_refusal(confirmed_by: str, present: Collection[str]) -> Refusal | None:
    """`presence_not_shown` where a person's report names a confirmer who is not among the badges in `present`."""
    if not confirmed_by or confirmed_by in present:
        return None
    return Refusal(
        "presence_not_shown",
        f"Badge {confirmed_by} is named as confirming the quantity, but nobody showed that its holder is here.",
        confirmed_by,
        "Let the supervisor confirm with badge and PIN on the report screen, or send the report themselves.",
    )
