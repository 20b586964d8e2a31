"""Products: every item that is made here, and whether everything that posting needs of it is there."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from masterdata.models import BomVersion, Item, Operation, TriggerDefinition
from masterdata.pages import lists
from masterdata.pages.access import desk_page
from masterdata.queries import effective_boms
from masterdata.rules.vocabulary import RecordState


@desk_page()
def products(request: HttpRequest) -> HttpResponse:
    """Items with a BOM or a route, and what is missing where something is."""
    filters = lists.filtered(request, [lists.Filter("q", "Product")])
    asked = lists.values(filters)
    now = timezone.now()
    operations = Operation.objects.filter(item=OuterRef("pk"))
    rows = (
        Item.objects.select_related("stock_unit")
        .filter(Exists(BomVersion.objects.filter(item=OuterRef("pk"))) | Exists(operations))
        .prefetch_related("operations", "bom_versions")
    )
    if asked["q"]:
        rows = rows.filter(Q(code__icontains=asked["q"]) | Q(name__icontains=asked["q"]))
    effective = effective_boms(rows.values_list("pk", flat=True), now)
    triggers = set(
        TriggerDefinition.objects.filter(state=RecordState.APPROVED, effective_from__lte=now)
        .filter(Q(effective_to__isnull=True) | Q(effective_to__gt=now))
        .values_list("item_id", "operation_number")
    )

    def lacks(row: Item) -> lists.Cell:
        found: Any = effective.get(row.pk)
        if found is not None and found.phantom:
            return lists.text("phantom: exploded where it is used", tone="idle")
        missing = [] if found is not None else ["no effective BOM"]
        route = [one.number for one in row.operations.all()]
        if not route:
            missing.append("no route")
        without = [number for number in sorted(route) if (row.pk, number) not in triggers]
        if without:
            missing.append(f"no trigger definition for {', '.join(without)}")
        return lists.text(", ".join(missing), tone="soon") if missing else lists.text("complete", tone="good")

    listing = lists.Listing(
        name="products",
        rows=rows,
        order="code",
        file="products",
        filters=filters,
        empty="No product fits.",
        empty_hint="An item becomes a product with its first BOM or operation.",
        columns=[
            lists.Column(
                "Product", lambda row: lists.text(row.code, reverse("product", args=[row.pk]), code=True), sort="code"
            ),
            lists.Column("Name", lambda row: lists.text(row.name), sort="name"),
            lists.Column("Effective BOM", lambda row: _version(effective.get(row.pk))),
            lists.Column("Drafts", lambda row: lists.text(_open_versions(row))),
            lists.Column(
                "Operations",
                lambda row: lists.text(", ".join(sorted(one.number for one in row.operations.all())), code=True),
            ),
            lists.Column("Ready to post?", lacks),
        ],
        context={"title": "Products", "intro": "Everything about how one product is consumed is one page away."},
    )
    return lists.show_list(request, listing)


def _open_versions(row: Item) -> str:
    waits = [one for one in row.bom_versions.all() if one.state in (RecordState.DRAFT, RecordState.SUBMITTED)]
    return ", ".join(f"v{one.number} {one.state}" for one in sorted(waits, key=lambda one: one.number))


def _version(version: BomVersion | None) -> lists.Cell:
    if version is None:
        return lists.text("")
    return lists.text(f"v{version.number}", reverse("bom", args=[version.pk]))
