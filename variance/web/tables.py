"""Tables of variances, as narrow as they can be: of any number of causes, each row names only its own."""

from collections.abc import Sequence
from typing import Any

from masterdata.pages.figures import figure, money
from variance.web.charts import NAMES, written

NOT_OF_A_COMPONENT = "Not of a component"


def rest_name(parts: Sequence[dict[str, Any]]) -> str:
    """What the row beside the components holds."""
    own = [NAMES[part["name"]] for part in parts if part["name"] in ("standard", "by_product", "downgrade")]
    return ", ".join([*own, "cents of rounding"]).capitalize() if own else "Cents of rounding"


def figures_row(
    of: dict[str, Any],
    *,
    code: str,
    name: str,
    url: str = "",
    lines_url: str = "",
    decimals: int,
    unit: str = "",
    orders: int | None = None,
    plain: bool = False,
) -> dict[str, Any]:
    """One row: whose figures, quantities where it has any, the variance, and its causes. `plain`: not a code but words."""
    return {
        "code": code,
        "plain": plain,
        "name": name,
        "url": url,
        "lines_url": lines_url,
        "orders": "" if orders is None else figure(orders),
        "should": figure(of.get("standard_quantity", "")),
        "used": figure(of.get("actual_quantity", "")),
        "difference": figure(of.get("difference", "")),
        "percent": money(of.get("percent", "")),
        "unit": unit,
        "variance": written(of["total"], of["favourable"], decimals),
        "causes": [
            {"name": NAMES[part["name"]], "amount": written(part["amount"], part["favourable"], decimals)}
            for part in of["parts"]
        ],
    }
