"""What may be the code of a lot: something that can be printed, scanned and read again."""

from masterdata.rules.refusal import Refusal

MOST_CHARACTERS = 60


def code_refusals(code: str, subject: str = "") -> list[Refusal]:
    """What speaks against a lot's code: nothing in it, too much, or characters that cannot be printed."""
    text = code.strip()
    if not text:
        return [Refusal("code_missing", "A lot needs a code.", subject, "Scan or enter the lot code.")]
    refusals = []
    if len(text) > MOST_CHARACTERS:
        refusals.append(
            Refusal(
                "code_too_long",
                f"A lot code has at most {MOST_CHARACTERS} characters; this one has {len(text)}.",
                subject,
                "Enter the lot code alone, or a shorter one.",
            )
        )
    if not text.isprintable():
        refusals.append(
            Refusal(
                "code_not_printable",
                "The lot code holds a character that cannot be printed.",
                subject,
                "Scan the label again, or type the code.",
            )
        )
    return refusals
