"""Items, as they stand now."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from masterdata.models import Item
from masterdata.pages.api_lists import Filter, page_of, parameters_of, words_of
from masterdata.pages.api_schema import decimal, described, flag, listing, maybe, named, one_of, record, text, whole
from masterdata.pages.api_values import maybe_plain, plain
from masterdata.pages.callers import caller_of
from masterdata.rules.governed_kinds import ITEM_FLAGS
from masterdata.rules.vocabulary import ItemKind, Rounding, Tracking

_FLAGS = tuple(name for name, _, _ in ITEM_FLAGS)
ITEM = named(
    "Item",
    record(
        {
            "code": text(),
            "name": text(),
            "gtin": text(),
            "kind": one_of(ItemKind),
            "unit": text("Stock unit, UN/ECE Rec 20"),
            "decimals": whole(),
            "multiple": maybe(decimal()),
            "rounding": one_of(Rounding),
            "tracking": one_of(Tracking),
            "shelf_life_days": maybe(whole()),
            "standard_cost": decimal("Per stock unit"),
            **{name: flag() for name in _FLAGS},
        }
    ),
)
FILTERS = {
    "code": Filter("code", "Exactly this item"),
    "gtin": Filter("gtin", "Trade item number, 14 digits"),
    "kind": Filter("kind", "Of item", words_of(ItemKind)),
    "tracking": Filter("tracking", "By lot or by serial", words_of(Tracking)),
    "unit": Filter("stock_unit__code", "Stock unit, UN/ECE Rec 20"),
}


class Items(APIView):
    duties = {"GET": None}

    @described(
        "List items",
        {200: listing("Item", ITEM)},
        parameters=parameters_of(FILTERS),
        called="items_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        caller_of(request)
        return page_of(request, Item.objects.select_related("stock_unit"), FILTERS, _described)


def _described(items: list[Item]) -> list[dict[str, Any]]:
    return [
        {
            "code": item.code,
            "name": item.name,
            "gtin": item.gtin,
            "kind": item.kind,
            "unit": item.stock_unit.code,
            "decimals": item.decimals,
            "multiple": maybe_plain(item.multiple),
            "rounding": item.rounding,
            "tracking": item.tracking,
            "shelf_life_days": item.shelf_life_days,
            "standard_cost": plain(item.standard_cost),
            **{name: getattr(item, name) for name in _FLAGS},
        }
        for item in items
    ]
