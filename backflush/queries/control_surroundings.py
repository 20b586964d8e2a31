"""What stands around an operation: bins, devices, followers of the outbox, reasons, and the limits that mark a posting."""

from backflush.models import OutboxConsumer, WebhookEndpoint
from backflush.queries.control_usage import ControlledUsage, plain
from backflush.queries.outbox import head_of
from backflush.queries.outbox_followers import consumers_of, endpoints_of, state_of
from backflush.rules.control_words import reversal_steps
from masterdata.models import Bin, BinService, Device, Operation, ReasonCode, Site, TriggerDefinition
from masterdata.rules.document import Section, See, Table, both_times
from masterdata.rules.vocabulary import BinKind, ReasonKind

_DRAWN = (BinKind.STAGING, BinKind.SUPERMARKET)


def bins_section(operation: Operation, site: Site) -> Section:
    """Bins that the operation may draw from at its usual line, and where output goes."""
    line = operation.line
    if line is None:
        return Section(
            "Eligible bins",
            absent=("The operation has no usual line: its bins follow from the line that an order names at release.",),
            see=(See("Bins", "bins"),),
        )
    services = BinService.objects.filter(line=line, operation_number__in=["", operation.number]).select_related("bin")
    serving = sorted({one.bin for one in services}, key=lambda one: (one.walking_order, one.code))
    return Section(
        "Eligible bins",
        words=(
            f"At line {line.code} {line.name} the operation draws from these bins and from no other. An order that runs at"
            " another line draws from that line's bins.",
        ),
        facts=(
            ("Finished units go to", _first(BinKind.FINISHED, serving, site)),
            ("Rework goes to", _first(BinKind.QUARANTINE, serving, site)),
            ("Used material leaves to", _first(BinKind.CONSUMED, serving, site)),
        ),
        tables=(
            Table(
                ("Bin", "Name", "Kind", "Walking order"),
                tuple(
                    (one.code, one.name, str(one.kind), str(one.walking_order)) for one in serving if one.kind in _DRAWN
                ),
                "No staging or supermarket bin serves this operation: nothing can be drawn.",
                "Bins to draw from",
            ),
        ),
        see=(See("Bins", "bins"),),
    )


def _first(kind: BinKind, serving: list[Bin], site: Site) -> str:
    """As posting chooses: a bin of the kind that serves the operation, else the site's first."""
    everywhere = Bin.objects.filter(site=site, kind=kind).order_by("walking_order", "code")
    found = next((one for one in serving if one.kind == kind), None) or everywhere.first()
    return found.code if found else "no such bin is defined: nothing can post"


def interfaces_section(trigger: TriggerDefinition | None, site: Site) -> Section:
    """Who reports, and who is told what was posted."""
    devices = trigger.devices.select_related("site", "line", "clock").order_by("site__code", "code") if trigger else ()
    head = head_of(site.pk)
    return Section(
        "Interfaces",
        words=(
            "In: devices and persons report by POST /api/v1/operation-reports; scans by POST /api/v1/scan-issues. Fields and"
            " answers stand in the API's description at /api/docs.",
            "Out: every posting and reversal is one message with the next position, in commit order and without a gap, as"
            " goods movements (JSON, CSV), EPCIS 2.0 and B2MML.",
        ),
        facts=(("Outbox of the site", f"ends at position {head}" if head else "nothing was posted yet"),),
        tables=(
            Table(
                ("Device", "Name", "Line", "State", "Signs", "Clock, when measured"),
                tuple(_device(one, site.time_zone) for one in devices),
                "The trigger definition names no device." if trigger else "No trigger definition is in force.",
                "Devices that may report here",
            ),
            Table(
                ("Follower", "Says it has come to", "When"),
                tuple(_consumer(one, head, site.time_zone) for one in consumers_of(site.pk)),
                "No reader of the outbox, such as an ERP, has acknowledged anything yet.",
                "Readers by cursor (ERP)",
            ),
            Table(
                ("Endpoint", "Delivered to position", "State"),
                tuple(_endpoint(one, head) for one in endpoints_of(site.pk)),
                "No webhook endpoint is defined.",
                "Endpoints that messages are delivered to",
            ),
        ),
        absent=("A governed, versioned mapping of fields to MES, WMS and ERP does not exist yet.",),
        see=(See("Devices", "devices"), See("Outbox", "outbox")),
    )


def _device(one: Device, zone: str) -> tuple[str, ...]:
    clock = getattr(one, "clock", None)
    state = "revoked" if one.revoked_at else "enabled" if one.enabled else "stopped: what it sends is blocked"
    offset = f"{clock.offset_ms} ms off, {both_times(clock.measured_at, zone)}" if clock else "never measured"
    return (
        f"{one.site.code} {one.code}",
        one.name,
        one.line.code if one.line else "any",
        state,
        "HMAC-SHA256" if one.signs else "token only",
        offset,
    )


def _consumer(one: OutboxConsumer, head: int, zone: str) -> tuple[str, ...]:
    behind = head - one.position
    return (
        one.name,
        f"position {one.position}" + (f", {behind} behind" if behind else ", up to date"),
        both_times(one.acknowledged_at, zone),
    )


def _endpoint(one: WebhookEndpoint, head: int) -> tuple[str, ...]:
    progress = getattr(one, "progress", None)
    if progress is None:
        return (one.name, "nothing yet", "not started")
    return (one.name, str(progress.position), state_of(one, head).sentence)


def reversal_section() -> Section:
    """From a wrong posting to the right one, and the reasons that may be given."""
    reasons = ReasonCode.objects.filter(
        active=True, kind__in=[ReasonKind.REVERSAL, ReasonKind.SCRAP, ReasonKind.RETURN]
    ).order_by("kind", "code")
    return Section(
        "Reversal and correction",
        steps=reversal_steps(),
        tables=(
            Table(
                ("Code", "Name", "Kind", "Loss", "Cost category", "Owner"),
                tuple(
                    (
                        one.code,
                        one.name,
                        str(one.kind),
                        str(one.loss) or "does not apply",
                        str(one.copq_category).replace("_", " "),
                        one.owner,
                    )
                    for one in reasons
                ),
                "No reason code for reversal, scrap or return is defined.",
                "Reason codes",
            ),
        ),
        see=(See("Reversals", "reversals"), See("Reasons", "reasons")),
    )


def thresholds_section(trigger: TriggerDefinition | None, usage: ControlledUsage) -> Section:
    """The limits that are signed today, and what goes beyond them."""
    rows = []
    if trigger is not None:
        limit = trigger.avoidable_limit_percent
        rows = [
            (
                "Output over the order",
                f"{plain(trigger.order_tolerance)} %",
                "blocked as quantity_implausible; a supervisor can confirm",
            ),
            (
                "One report against the order",
                f"{plain(trigger.report_limit_percent)} %",
                "blocked as quantity_implausible; a supervisor can confirm",
            ),
            (
                "Avoidable scrap against the order",
                "no limit is set" if limit is None else f"{plain(limit)} %",
                "never" if limit is None else "posting and order are marked, a deviation opens",
            ),
        ]
    rows += [
        (
            f"Scanned quantity of {one.line.item.code}",
            f"± {plain(one.line.tolerance)} % of target",
            "the scan is refused",
        )
        for one in usage.lines
        if one.line.method == "scan"
    ]
    return Section(
        "Variance thresholds and limits",
        tables=(
            Table(
                ("Limit", "Value", "Beyond it"), tuple(rows), "No trigger definition is in force: there is no limit."
            ),
        ),
        absent=(
            "Governed thresholds for usage and cost variance do not exist yet; the variance board shows every figure.",
        ),
        see=(See("Variance", "variance-board"),),
    )
