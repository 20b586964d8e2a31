"""The variance board as a file: the columns and words of the page, figures plain and exact, and only what occurs."""

import csv
from typing import Any

from django.http import HttpResponse

from masterdata.models import Site, Unit
from masterdata.pages.lists import safe_text
from variance.queries.boards import NO_COMPONENT
from variance.rules.decomposition import PARTS
from variance.web.charts import NAMES
from variance.web.tables import NOT_OF_A_COMPONENT, rest_name

FIRST_COLUMN = {"product": "Product", "order": "Order", "component": "Component"}


def board_csv(found: dict[str, Any], asked: dict[str, Any], site: Site) -> HttpResponse:
    """A head, the rows of the grouping and the whole that they add up to. The file's name says which period."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"variance_by_{asked['group']}_{asked['first'].isoformat()}_{asked['last'].isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    rows = found["rows"]
    shown = [name for name in PARTS if any(part["name"] == name for row in rows for part in row["parts"])]
    symbols = dict(Unit.objects.values_list("code", "symbol"))
    group = asked["group"]
    middle = {"product": ["Orders"], "component": ["Should be", "Used", "Difference", "%", "Unit"]}.get(group, [])
    money = [f"{NAMES[name]}, {site.currency}" for name in shown]
    writer = csv.writer(response)
    writer.writerow([FIRST_COLUMN[group], "Name", *middle, *money, f"Variance, {site.currency}", "F or U"])
    for row in rows:
        of_none = group == "component" and row["key"] == NO_COMPONENT
        code = NOT_OF_A_COMPONENT if of_none else row["key"]
        words = [code, rest_name(row["parts"]) if of_none else row["name"]]
        unit = symbols.get(row["unit"], row["unit"])
        writer.writerow([*map(safe_text, words), *_middle(row, group, unit), *_amounts(row, shown)])
    whole = ["", "", "", "", ""] if group == "component" else [found["orders"]] if group == "product" else []
    writer.writerow(["Total", "", *whole, *_amounts(found, shown)])
    return response


def _middle(row: dict[str, Any], group: str, unit: str) -> list[Any]:
    if group == "product":
        return [row["orders"]]
    if group == "component":
        return [row["standard_quantity"], row["actual_quantity"], row["difference"], row["percent"], unit]
    return []


def _amounts(of: dict[str, Any], shown: list[str]) -> list[str]:
    amounts = {part["name"]: part["amount"] for part in of["parts"]}
    return [*(amounts.get(name, "0") for name in shown), of["total"], of["favourable"]]
