"""BOM versions: which one is effective, where an item is used, and the facts that rules judge a draft by."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from masterdata.models import BomAlternate, BomLine, BomVersion, Item, Operation
from masterdata.queries.units import item_factors, unit_facts
from masterdata.rules.bom import BomDraft
from masterdata.rules.bom_faults import ItemFact, Surroundings
from masterdata.rules.posting_methods import ItemFlags, method_refusal
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import RecordState, Tracking


def effective_bom(item: Item | int, at: datetime) -> BomVersion | None:
    """The approved version of an item that is effective at a time."""
    item_id = item if isinstance(item, int) else item.pk
    return effective_boms([item_id], at).get(item_id)


def effective_boms(item_ids: Iterable[int], at: datetime) -> dict[int, BomVersion]:
    """The effective versions of these items by item id; items without one are left out."""
    rows = (
        _in_force(BomVersion.objects.all(), at)
        .filter(item_id__in=list(item_ids))
        .select_related("item", "base_unit")
        .order_by("item_id", "-effective_from", "-number")
        .distinct("item_id")
    )
    return {version.item_id: version for version in rows}


def bom_versions(item: Item) -> QuerySet[BomVersion]:
    """Every version of an item, newest first."""
    rows = item.bom_versions.select_related("base_unit", "author", "signature", "signature__person")
    # The signature of an import lists every record of it; who only wants the name need not read that.
    return rows.defer("signature__content").order_by("-number")


def where_used(item: Item, at: datetime | None = None) -> list[BomLine]:
    """Lines that take the item, itself or as an alternate: of approved versions, or of those effective at a time."""
    versions = BomVersion.objects.filter(state=RecordState.APPROVED)
    if at is not None:
        versions = BomVersion.objects.filter(
            pk__in=_in_force(BomVersion.objects.all(), at)
            .order_by("item_id", "-effective_from", "-number")
            .distinct("item_id")
            .values("pk")
        )
    lines = BomLine.objects.filter(Q(item=item) | Q(alternates__item=item), version__in=versions).distinct()
    return list(
        lines.select_related("version__item", "item", "unit").order_by("version__item__code", "version_id", "position")
    )


def boms_made_invalid(item: Item) -> list[tuple[BomLine, Refusal]]:
    """Lines of approved and open versions that may not post the item, or an alternate, as its flags now stand."""
    flags = flags_of(item)
    lines = (
        BomLine.objects.filter(Q(item=item) | Q(alternates__item=item))
        .exclude(version__state=RecordState.REJECTED)
        .filter(version__effective_to__isnull=True)
        .select_related("version__item", "item")
        .distinct()
        .order_by("version__item__code", "version__number", "position")
    )
    found = []
    for line in lines:
        refusal = method_refusal(flags, line.method, item.code)
        if refusal is not None:
            found.append((line, refusal))
    return found


def flags_of(item: Item) -> ItemFlags:
    """What of an item decides how it may be issued."""
    return ItemFlags(
        tracking=Tracking(item.tracking),
        potency_controlled=item.potency_controlled,
        safety_critical=item.safety_critical,
        operator_determined=item.operator_determined,
        high_value=item.high_value,
        variable_weight=item.variable_weight,
    )


def surroundings(draft: BomDraft, at: datetime) -> Surroundings:
    """The facts around a draft at a time. Every item that it names must exist."""
    codes = {draft.item, *(line.item for line in draft.lines), *(output.item for output in draft.outputs)}
    return surroundings_of(codes | {one.item for line in draft.lines for one in line.alternates}, at)


def surroundings_of(codes: Collection[str], at: datetime) -> Surroundings:
    """The facts of these items at a time, of those that are there, with the whole unit table and all uses."""
    items = {item.code: item for item in Item.objects.filter(code__in=list(codes)).select_related("stock_unit")}
    ids = [item.pk for item in items.values()]
    factors = item_factors(ids, at)
    effective = effective_boms(ids, at)
    pending = _phantom_pending(ids)
    routes: dict[int, set[str]] = {}
    for item_id, number in Operation.objects.filter(item_id__in=ids).values_list("item_id", "number"):
        routes.setdefault(item_id, set()).add(number)
    facts = {}
    for code, item in items.items():
        version = effective.get(item.pk)
        facts[code] = ItemFact(
            code=code,
            stock_unit=item.stock_unit.code,
            flags=flags_of(item),
            factors=tuple(factors[item.pk]),
            phantom_base=version.base_unit.code if version is not None and version.phantom else "",
            phantom_pending=item.pk in pending,
            operations=frozenset(routes.get(item.pk, ())),
        )
    return Surroundings(facts, unit_facts(), _uses(at))


def _in_force(versions: QuerySet[BomVersion], at: datetime) -> QuerySet[BomVersion]:
    return versions.filter(state=RecordState.APPROVED, effective_from__lte=at).filter(
        Q(effective_to__isnull=True) | Q(effective_to__gt=at)
    )


def _uses(at: datetime) -> dict[str, frozenset[str]]:
    """What each item's approved versions draw, now or later."""
    standing = Q(version__state=RecordState.APPROVED) & (
        Q(version__effective_to__isnull=True) | Q(version__effective_to__gt=at)
    )
    found: dict[str, set[str]] = {}
    for user, used in BomLine.objects.filter(standing).values_list("version__item__code", "item__code"):
        found.setdefault(user, set()).add(used)
    alternates = BomAlternate.objects.filter(
        Q(line__version__state=RecordState.APPROVED)
        & (Q(line__version__effective_to__isnull=True) | Q(line__version__effective_to__gt=at))
    )
    for user, used in alternates.values_list("line__version__item__code", "item__code"):
        found.setdefault(user, set()).add(used)
    return {user: frozenset(used) for user, used in found.items()}


def _phantom_pending(item_ids: list[int]) -> set[int]:
    """Items whose newest version is a phantom while none is approved."""
    newest: dict[int, bool] = {}
    approved: set[int] = set()
    rows = BomVersion.objects.filter(item_id__in=item_ids).exclude(state=RecordState.REJECTED)
    for item_id, phantom, state in rows.order_by("item_id", "number").values_list("item_id", "phantom", "state"):
        newest[item_id] = phantom
        if state == RecordState.APPROVED:
            approved.add(item_id)
    return {item_id for item_id, phantom in newest.items() if phantom and item_id not in approved}
