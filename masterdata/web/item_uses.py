"""Where an item is used: every BOM version that takes it, in what way, and through which phantoms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from masterdata.models import Item
from masterdata.pages import lists
from masterdata.pages.access import desk_page
from masterdata.pages.figures import figure, words
from masterdata.queries.item_uses import (
    AS_ALTERNATE,
    COMING,
    DIRECTLY,
    IN_FORCE,
    OPEN,
    PAST,
    REJECTED,
    STANDINGS,
    THROUGH_PHANTOM,
    ItemUse,
    item_uses,
)

_TONES = {IN_FORCE: "good", COMING: "soon", OPEN: "info", PAST: "idle", REJECTED: "blocked"}


@desk_page()
def item_where_used(request: HttpRequest, pk: int) -> HttpResponse:
    """Every use of one item; also as a file."""
    item = get_object_or_404(Item, pk=pk)
    filters = lists.filtered(
        request,
        [
            lists.Filter("q", "Product"),
            lists.Filter("standing", "Version is", [(one, one) for one in STANDINGS]),
            lists.Filter("how", "Taken", [(one, one) for one in (DIRECTLY, AS_ALTERNATE, THROUGH_PHANTOM)]),
        ],
    )
    asked = lists.values(filters)
    wanted = asked["q"].casefold()
    rows = [
        use
        for use in item_uses(item, timezone.now())
        if (wanted in use.version.item.code.casefold() or wanted in use.version.item.name.casefold())
        and asked["standing"] in ("", use.standing)
        and asked["how"] in ("", use.how)
    ]
    listing = lists.Listing(
        name="uses",
        rows=rows,
        order="",
        file=f"where-used-{item.code}",
        filters=filters,
        empty=f"No BOM version that fits takes {item.code}.",
        empty_hint="Show all, or look at the item's own page.",
        columns=_columns(),
        context={
            "title": f"Where {item.code} is used",
            "intro": f"{item.name}: every BOM version that takes it directly, as an alternate or through phantoms. "
            "Phantoms are looked through by their version in force now.",
            "trail": [
                {"label": "Items", "url": reverse("items")},
                {"label": item.code, "url": reverse("item", args=[pk])},
                {"label": "Where it is used"},
            ],
        },
    )
    return lists.show_list(request, listing)


def _columns() -> list[lists.Column]:
    return [
        lists.Column(
            "BOM version",
            lambda use: lists.text(str(use.version), reverse("bom", args=[use.version.pk]), code=True),
            sort="version",
            by=lambda use: (use.version.item.code, use.version.number),
        ),
        lists.Column("Product", lambda use: lists.text(use.version.item.name)),
        lists.Column(
            "Version is",
            lambda use: lists.text(use.standing, tone=_TONES[use.standing]),
            sort="standing",
            by=lambda use: STANDINGS.index(use.standing),
        ),
        lists.Column("Op.", lambda use: lists.text(use.line.operation_number, code=True)),
        lists.Column("Taken", lambda use: lists.text(use.how), sort="how", by=lambda use: use.how),
        lists.Column("On the line of", lambda use: lists.text(_way(use))),
        lists.Column("Quantity", lambda use: lists.number(use.line.quantity, use.line.unit.symbol), number=True),
        lists.Column("Per", lambda use: lists.text(_per(use))),
        lists.Column("Method", lambda use: lists.text(use.line.method)),
    ]


def _way(use: ItemUse) -> str:
    """The line's item, and the phantoms further down."""
    return " → ".join(use.through or (use.line.item.code,))


def _per(use: ItemUse) -> str:
    line, version = use.line, use.version
    if line.per == "base":
        return f"{figure(version.base_quantity)} {version.base_unit.symbol}"
    return words(line.handling_unit_kind if line.per == "handling_unit" else line.per)
