"""Who may do what, and who may not do it after whom. One table; every layer asks it."""

from collections.abc import Collection
from enum import StrEnum

from masterdata.rules.plant_words import role_in_sentence
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import Role


class Duty(StrEnum):
    """A thing to do that not everybody may."""

    SET_UP_PLANT = "set up sites, lines, bins, items and routes"
    DRAFT_MASTER_DATA = "draft and submit BOMs, unit factors and trigger definitions"
    PROPOSE_CHANGE = "propose changes of governed records"
    SIGN_CHANGE = "sign and reject change requests"
    DISCUSS_CHANGE = "leave notes on change requests"
    ATTACH_TO_CHANGE = "attach files to drafted change requests"
    IMPORT_MASTER_DATA = "import items, operations, unit factors and BOMs"
    APPROVE_MASTER_DATA = "approve BOMs, unit factors and trigger definitions"
    APPROVE_LABEL = "approve labels"
    REPLAY_IMPACT = "replay past reports by proposed figures"
    READ_IMPACT = "look at impact replays"
    READ_ROLES = "look up what each role may do"
    READ_PEOPLE = "look up people, their badges and roles"
    MANAGE_PEOPLE = "enrol people and change their roles"
    MANAGE_DEVICES = "enrol devices, enable and disable them"
    RECORD_TRAINING = "record training"
    PLAN_ORDERS = "create and release work orders"
    HANDLE_STOCK = "receive, put away, stage, return and scrap stock"
    CLEAR_LINE = "clear a line"
    REPORT_OUTPUT = "report output"
    CONFIRM_QUANTITY = "confirm a quantity beyond its limit"
    RETRY_REPORT = "send a blocked report to posting again"
    WAIVE_REPORT = "withdraw a report as untrue"
    REQUEST_REVERSAL = "ask for a reversal"
    SIGN_REVERSAL = "sign or decline a reversal"
    DISPOSE_OF_LOT = "release, hold, reject or recall a lot"
    OPEN_QUALITY_RECORD = "open a quality record and add to its notes"
    SETTLE_QUALITY_RECORD = "take quality records into review, decide on them and close them"
    DISPOSE_OF_REPORT = "accept a report against its reasons, or correct its time"
    CLOSE_ORDER = "close a work order"
    SIGN_TRUE_UP = "sign for what an order still has to post"
    REQUEST_REOPENING = "ask for a closed order to be opened again"
    SIGN_REOPENING = "sign that a closed order is opened again"
    RUN_PILOT = "start, end and cancel pilots, and draft what they found"
    MEASURE_USAGE = "measure for a pilot what is really used"
    REVIEW_RECORDS = "sign periodic reviews of governed records"
    AUDIT_BOM = "sign physical audits of BOMs"
    READ_VARIANCE = "read variances"
    READ_OUTBOX = "follow the outbox of goods movements"
    ACKNOWLEDGE_OUTBOX = "acknowledge goods movements for the ERP"
    MANAGE_WEBHOOKS = "define where goods movements are delivered to"
    RETRY_DELIVERY = "send goods movements that could not be delivered again"
    READ_AUDIT_TRAIL = "search the audit trail"
    READ_SIGNATURES = "read all electronic signatures"
    REVIEW_AUDIT_TRAIL = "review the audit trail and sign the review"
    LIFT_LOCKOUTS = "lift a lockout after failed sign-ins"
    REVOKE_BADGES = "mark a badge as lost"


_R = Role
_FLOOR = frozenset({_R.OPERATOR, _R.SUPERVISOR})

#: The one table of authority.
MAY: dict[Duty, frozenset[Role]] = {
    Duty.SET_UP_PLANT: frozenset({_R.ADMIN, _R.ENGINEER}),
    Duty.DRAFT_MASTER_DATA: frozenset({_R.ENGINEER}),
    Duty.PROPOSE_CHANGE: frozenset({_R.ADMIN, _R.ENGINEER, _R.QA}),
    Duty.SIGN_CHANGE: frozenset({_R.ADMIN, _R.ENGINEER, _R.QA, _R.SUPERVISOR, _R.FINANCE}),
    Duty.DISCUSS_CHANGE: frozenset({_R.ADMIN, _R.ENGINEER, _R.QA, _R.SUPERVISOR, _R.FINANCE}),
    Duty.ATTACH_TO_CHANGE: frozenset({_R.ADMIN, _R.ENGINEER, _R.QA, _R.SUPERVISOR, _R.FINANCE}),
    Duty.IMPORT_MASTER_DATA: frozenset({_R.ENGINEER}),
    Duty.APPROVE_MASTER_DATA: frozenset({_R.ENGINEER, _R.QA}),
    Duty.APPROVE_LABEL: frozenset({_R.QA}),
    Duty.REPLAY_IMPACT: frozenset({_R.ENGINEER, _R.QA, _R.FINANCE}),
    Duty.READ_IMPACT: frozenset({_R.ENGINEER, _R.QA, _R.FINANCE, _R.AUDITOR}),
    Duty.READ_ROLES: frozenset({_R.ADMIN, _R.AUDITOR, _R.QA}),
    Duty.READ_PEOPLE: frozenset({_R.ADMIN, _R.AUDITOR}),
    Duty.MANAGE_PEOPLE: frozenset({_R.ADMIN}),
    Duty.MANAGE_DEVICES: frozenset({_R.ADMIN, _R.ENGINEER}),
    Duty.RECORD_TRAINING: frozenset({_R.SUPERVISOR, _R.QA, _R.ADMIN}),
    Duty.PLAN_ORDERS: frozenset({_R.SUPERVISOR, _R.ENGINEER}),
    Duty.HANDLE_STOCK: _FLOOR,
    Duty.CLEAR_LINE: frozenset({_R.OPERATOR, _R.SUPERVISOR, _R.QA}),
    Duty.REPORT_OUTPUT: _FLOOR,
    Duty.CONFIRM_QUANTITY: frozenset({_R.SUPERVISOR}),
    Duty.RETRY_REPORT: frozenset({_R.OPERATOR, _R.SUPERVISOR, _R.ENGINEER, _R.QA}),
    Duty.WAIVE_REPORT: frozenset({_R.QA, _R.SUPERVISOR}),
    Duty.REQUEST_REVERSAL: frozenset({_R.OPERATOR, _R.SUPERVISOR, _R.ENGINEER, _R.QA}),
    Duty.SIGN_REVERSAL: frozenset({_R.QA}),
    Duty.DISPOSE_OF_LOT: frozenset({_R.QA}),
    Duty.OPEN_QUALITY_RECORD: frozenset({_R.OPERATOR, _R.SUPERVISOR, _R.ENGINEER, _R.QA}),
    Duty.SETTLE_QUALITY_RECORD: frozenset({_R.QA}),
    Duty.DISPOSE_OF_REPORT: frozenset({_R.QA}),
    Duty.CLOSE_ORDER: frozenset({_R.SUPERVISOR, _R.FINANCE}),
    Duty.SIGN_TRUE_UP: frozenset({_R.SUPERVISOR, _R.QA}),
    Duty.REQUEST_REOPENING: frozenset({_R.SUPERVISOR, _R.QA, _R.FINANCE}),
    Duty.SIGN_REOPENING: frozenset({_R.QA, _R.FINANCE}),
    Duty.RUN_PILOT: frozenset({_R.ENGINEER}),
    Duty.MEASURE_USAGE: frozenset({_R.OPERATOR, _R.SUPERVISOR, _R.ENGINEER}),
    Duty.REVIEW_RECORDS: frozenset({_R.ENGINEER, _R.QA, _R.SUPERVISOR}),
    Duty.AUDIT_BOM: frozenset({_R.ENGINEER, _R.QA, _R.SUPERVISOR}),
    Duty.READ_VARIANCE: frozenset({_R.FINANCE, _R.ENGINEER, _R.SUPERVISOR, _R.QA, _R.AUDITOR}),
    Duty.READ_OUTBOX: frozenset({_R.FINANCE, _R.ENGINEER, _R.ADMIN, _R.AUDITOR}),
    Duty.ACKNOWLEDGE_OUTBOX: frozenset({_R.FINANCE, _R.ENGINEER, _R.ADMIN}),
    Duty.MANAGE_WEBHOOKS: frozenset({_R.ADMIN}),
    Duty.RETRY_DELIVERY: frozenset({_R.ADMIN, _R.FINANCE}),
    Duty.READ_AUDIT_TRAIL: frozenset({_R.AUDITOR, _R.QA, _R.ADMIN}),
    Duty.READ_SIGNATURES: frozenset({_R.AUDITOR, _R.QA, _R.ADMIN}),
    Duty.REVIEW_AUDIT_TRAIL: frozenset({_R.QA}),
    Duty.LIFT_LOCKOUTS: frozenset({_R.ADMIN}),
    Duty.REVOKE_BADGES: frozenset({_R.ADMIN, _R.SUPERVISOR}),
}

#: Duties of looking: whoever has no other one changes nothing.
READING = frozenset(
    {
        Duty.READ_IMPACT,
        Duty.READ_ROLES,
        Duty.READ_PEOPLE,
        Duty.READ_VARIANCE,
        Duty.READ_OUTBOX,
        Duty.READ_AUDIT_TRAIL,
        Duty.READ_SIGNATURES,
    }
)


def may(roles: Collection[str], duty: Duty) -> bool:
    return any(role in MAY[duty] for role in roles)


def duty_refusal(roles: Collection[str], duty: Duty, name: str) -> Refusal | None:
    """`not_your_duty` where none of these roles may do this; `name` is the person's."""
    if may(roles, duty):
        return None
    wanted = " or ".join(sorted(role_in_sentence(role) for role in MAY[duty]))
    return Refusal("not_your_duty", f"{name} may not {duty}.", name, f"Ask somebody with the role {wanted}.")


def separation_refusal(author: object, approver: object, what: str) -> Refusal | None:
    """`author_is_approver` where the same person wrote a record and would approve it."""
    if author != approver:
        return None
    return Refusal(
        "author_is_approver",
        f"Whoever wrote {what} may not approve it.",
        what,
        "Let another engineer or QA approve it.",
    )
