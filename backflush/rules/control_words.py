"""How usage is posted, in words that hold for every product: what the control record says beside the plant's own figures.

Each table names the codes of the rules themselves; tests hold them together, so that a rule cannot change unseen.
"""

from masterdata.rules.duties import MAY, Duty
from masterdata.rules.plant_words import role_in_sentence
from masterdata.rules.vocabulary import AllocationStrategy, OutputBasis, TriggerKind

TRIGGERS = {
    TriggerKind.OPERATION_COMPLETE: "a report that the operation was completed for so many units",
    TriggerKind.GOOD_UNITS: "a report of good units",
    TriggerKind.PACK_CONFIRMED: "a report that a pack was confirmed",
    TriggerKind.HANDLING_UNIT_CLOSED: "the closing of a handling unit",
    TriggerKind.ORDER_CLOSE: "the report that comes with the order's end",
    TriggerKind.SETUP: "a report of setups, which takes setup quantities only",
}
BASIS = {
    OutputBasis.GOOD: "Good units, rework and avoidable scrap consume. Structural scrap does not: planned losses stand for"
    " it.",
    OutputBasis.GOOD_AND_SCRAP: "Good units, rework and all reported scrap consume. The reported scrap takes the place of the"
    " planned assembly and operation losses; component scrap still applies.",
}
#: refusal code → when it does not come, what to do when it comes
ELIGIBILITY: dict[str, tuple[str, str]] = {
    "not_staged": (
        "Some of the item is bound to this order, or lies in a supermarket bin that serves the operation (only items"
        " flagged for it).",
        "Stage a lot to the order.",
    ),
    "short": (
        "Enough is bound, over all eligible lots and all lines that need the item.",
        "Stage more, or report less.",
    ),
    "expired": (
        "The lot's expiry day, in the site's time, is not over when the units are made.",
        "Return it and stage a lot that is in date.",
    ),
    "not_released": (
        "The lot stands released when the units are made and when the report posts.",
        "Have QA release it, or stage another.",
    ),
    "wrong_bin": ("The lot's bin serves this operation at this line.", "Move it to a serving bin."),
    "line_not_clear": (
        "The order's line clearance stands, where the operation wants one.",
        "Clear the line; a second person confirms.",
    ),
    "label_not_approved": (
        "A pack operation's label versions are approved and verified.",
        "Have the label approved and verified.",
    ),
    "clock_out_of_sync": (
        "The device's clock is within tolerance; the event is neither in the future nor older than the offline allowance.",
        "Mend the clock; QA can sign a corrected time.",
    ),
    "device_not_allowed": (
        "The sender is enrolled, enabled and named by the trigger definition, or persons are allowed.",
        "Report from a named device, or change the definition.",
    ),
    "method_not_allowed": (
        "No flag of the item forbids backflush (asked when a BOM is submitted, and again here).",
        "Change the line to scan-issue.",
    ),
    "no_conversion": ("An approved factor leads to the item's stock unit.", "Have the factor approved."),
    "no_effective_bom": ("An approved BOM version applies to the order.", "Have a version approved."),
    "no_trigger_definition": ("An approved trigger definition is in force.", "Have one approved."),
    "serials_missing": (
        "Every serialized component of the reported units is scanned.",
        "Scan each serial at assembly.",
    ),
    "order_not_open": ("The order is released and not closed.", "Release or reopen the order."),
    "operation_out_of_sequence": (
        "The count point before has reported at least as many units.",
        "Report the earlier operation first.",
    ),
    "quantity_implausible": (
        "The report is within its own limit and the order within its quantity and tolerance.",
        "Count again; a supervisor can confirm.",
    ),
    "quantity_impossible": ("Not even a supervisor could confirm it.", "Withdraw it and send the right figures."),
    "quantity_too_fine": (
        "The units reported are a whole number of the product's rounding step.",
        "Report a multiple of it.",
    ),
    "not_trained": ("The operator's training is valid, where the operation wants it.", "Let a trained person report."),
}
ALLOCATION = {
    AllocationStrategy.FEFO: "first expired first (no expiry last), then first received",
    AllocationStrategy.FIFO: "first received first",
    AllocationStrategy.LIFO: "last received first",
    AllocationStrategy.RESERVATION: "by the rank given at staging",
    AllocationStrategy.POTENCY: "highest potency first",
    AllocationStrategy.FEWEST_LOTS: "the smallest single lot that covers the need, else the largest first",
}
FORMULA = (
    "need = output that consumes × quantity ÷ base quantity × pieces, times the losses: assembly, then operation, then"
    " component scrap, compounding. Gross-up multiplies by (1 + s), divide by 1 ÷ (1 − s); a net operation factor takes the"
    " place of its own BOM's assembly scrap.",
    "Quantities per order, by order size and per setup are owed once and take no percentage. Phantoms multiply through,"
    " unrounded.",
    "required = round(sum of needs over all standing reports + fixed + setup); to post = required − what is covered already,"
    " never below zero. So parts never add up to more or less than the whole.",
    "Everything is an exact fraction until the one rounding at the end, by the rule of the item that is drawn.",
)
POSTING = (
    "The report is stored in PostgreSQL under its own event id before it is acknowledged. The same id again is answered"
    " with the same report; with other content it is refused.",
    "A worker picks it up, locks order and stock, and asks the gate (section “What must hold”). Every reason that does not"
    " hold is collected; one is enough to block the whole report, and nothing moves.",
    "For each line of this operation it works out what is required so far, less what was posted, and draws that from lots"
    " bound to the order, in the order of its allocation strategy.",
    "Ledger lines, stock, receipts of output, cost and the outbox message are written in one transaction with the posting."
    " It has the next number of the site; numbers have no gap.",
    "The posting keeps every version and figure that it was decided on. Its page explains each digit; replaying it must give"
    " the same digits.",
    "A blocked report stands on the page Exceptions with each reason and remedy. Once the cause is mended it is retried, by"
    " itself or by hand. One that is untrue is withdrawn with a signature.",
)


def who(duty: Duty) -> str:
    """The roles that have a duty."""
    return " or ".join(sorted(role_in_sentence(role) for role in MAY[duty]))


def reversal_steps() -> tuple[str, ...]:
    """From the request to the mirror, with who may do what."""
    return (
        f"Somebody asks for it on the posting's page with a reason code and a note ({who(Duty.REQUEST_REVERSAL)}).",
        f"It is signed with user name and password, or declined ({who(Duty.SIGN_REVERSAL)}). Who signs is neither who asked"
        " nor who reported.",
        "The reversal mirrors the posting line by line: same lots, bins and cost. It is a posting of its own with its own"
        " number and outbox message; both stay visible.",
        "It is refused when the posting was reversed already, when the output has moved on (with the list of where), when a"
        " later operation relies on it, or when the order is closed.",
        "A correction is a reversal and a new report in one signed step: both happen, or neither.",
        f"After a close, the order is opened again only with two signatures ({who(Duty.SIGN_REOPENING)}); the frozen variance"
        " stays as an earlier revision.",
    )


SYSTEM_OF_RECORD = (
    ("Items, units, BOMs, scrap factors, routes", "Backflush", "Versions signed here; imports are one signed act."),
    ("Trigger definitions, bins, reasons, training", "Backflush", "Kept and versioned or historied here."),
    ("Work orders", "Backflush", "Made on screen; the BOM version is pinned at release."),
    ("Output: good, scrap, rework, setups", "The reporting device or person", "Taken as reported, never altered."),
    (
        "Stock of lots by bin, bindings, usage, genealogy",
        "Backflush ledger",
        "Added to only; balances follow its lines.",
    ),
    ("Goods movements in the ERP", "Backflush outbox", "The ERP follows by position, in commit order, without a gap."),
    ("Standard cost", "Backflush item", "Frozen for an order at its release."),
)
