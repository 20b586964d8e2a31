"""Where a refusal's remedy is done: the same reasons with an address beside them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse

from backflush.web.explained import unit_symbols
from backflush.web.gathered_reasons import one_per_item
from masterdata.pages.figures import as_read

#: Refusal code → (address name of the screen, whether it takes the order, words on the link).
_SCREENS: dict[str, tuple[str, bool, str]] = {
    "not_staged": ("order", True, "See the order's staging"),
    "short": ("order", True, "See the order's staging"),
    "line_not_clear": ("order", True, "See the order's clearance"),
    "order_not_open": ("order", True, "Open the order"),
    "quantity_implausible": ("order", True, "Open the order"),
    "operation_out_of_sequence": ("order", True, "Open the order"),
    "serials_missing": ("order", True, "Open the order"),
    "clock_out_of_sync": ("devices", False, "See devices"),
    "device_not_allowed": ("triggers", False, "See trigger definitions"),
    "no_conversion": ("unit-factors", False, "See unit factors"),
    "no_effective_bom": ("products", False, "See products"),
    "method_not_allowed": ("products", False, "See products"),
    "expired": ("lots", False, "Find another lot"),
    "not_released": ("lots", False, "See lots"),
}
#: Refusal code → (address name of the page of what it is about, words on the link).
_PAGES: dict[str, tuple[str, str]] = {"open_quality": ("quality-record", "Open the record")}


def with_links(
    reasons: Iterable[Mapping[str, Any]], *, order_id: int, symbols: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Reasons for screens, one for each item: units as people write them, and the screen where each is mended.

    `symbols`: `unit_symbols()`, looked up once by whoever asks for many rows.
    """
    symbols = unit_symbols() if symbols is None else symbols
    return [
        {
            **reason,
            "sentence": as_read(reason["sentence"], symbols),
            "remedy": as_read(reason["remedy"], symbols),
            **_link(reason, order_id),
        }
        for reason in one_per_item(reasons)
    ]


def _link(reason: Mapping[str, Any], order_id: int) -> dict[str, str]:
    code = reason["code"]
    if code in _PAGES:
        page, words = _PAGES[code]
        return {"url": reverse(page, args=[reason["subject"]]), "link_label": words}
    name, takes_order, label = _SCREENS.get(code, ("", False, ""))
    if not name and order_id:
        name, takes_order, label = "order", True, "Open the order"
    if not name or (takes_order and not order_id):
        return {}
    try:
        return {"url": reverse(name, args=[order_id] if takes_order else []), "link_label": label}
    except NoReverseMatch:
        return {}
