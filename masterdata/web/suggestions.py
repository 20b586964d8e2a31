"""What may be meant by a few letters: items and BOM versions that fit, best first, for fields that suggest while typing."""

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, JsonResponse

from masterdata.models import BomVersion, Item
from masterdata.pages.access import desk_page
from masterdata.pages.lists import asked
from masterdata.rules.refusal import Refusal

MOST = 12


@desk_page()
def item_suggestions(request: HttpRequest) -> HttpResponse:
    """Items by code or name, as {value, words}."""
    rows = _fitting(asked(request, "q")).select_related("stock_unit")[:MOST]
    return JsonResponse(
        {
            "found": [
                {"value": row.code, "words": f"{row.name} ({row.stock_unit.symbol})", "unit": row.stock_unit.symbol}
                for row in rows
            ]
        }
    )


@desk_page()
def version_suggestions(request: HttpRequest) -> HttpResponse:
    """BOM versions by the product's code or name, as they are written in fields: CODE v2."""
    letters, number = _split(asked(request, "q"))
    items = _fitting(letters, made=True).values_list("pk", flat=True)[:MOST]
    places = {pk: place for place, pk in enumerate(items)}
    rows = BomVersion.objects.filter(item_id__in=places).select_related("item")
    if number:
        rows = rows.filter(number=number)
    ordered = sorted(rows, key=lambda row: (places[row.item_id], -row.number))[: 2 * MOST]
    return JsonResponse({"found": [{"value": str(row), "words": f"{row.state}: {row.item.name}"} for row in ordered]})


def named_version(typed: str) -> BomVersion | Refusal:
    """The version that a field names: CODE v2, or CODE alone for its version in force, else its newest. Or its id."""
    rows = BomVersion.objects.select_related("item__stock_unit", "base_unit", "author", "signature")
    if typed.isdecimal() and len(typed) < 10 and not Item.objects.filter(code=typed).exists():
        found = rows.filter(pk=int(typed)).first()
        return found or Refusal(
            "unknown_version", f"There is no BOM version {typed}.", typed, "Choose one from the list."
        )
    letters, number = _split(typed)
    exact = Item.objects.filter(code__iexact=typed).first()
    item = exact or Item.objects.filter(code__iexact=letters).first()
    if item is None:
        return Refusal(
            "unknown_item", f"There is no item {letters}.", typed, "Type its code and version, such as FG-100 v2."
        )
    of_item = rows.filter(item=item)
    if exact is None and number:
        found = of_item.filter(number=number).first()
    else:
        found = of_item.filter(state="approved", effective_to__isnull=True).order_by("-number").first()
        found = found or of_item.order_by("-number").first()
    return found or Refusal(
        "unknown_version",
        f"{item.code} has no BOM version {number}." if number else f"{item.code} has no BOM.",
        typed,
        "Choose another version, or another product.",
    )


def _split(typed: str) -> tuple[str, int]:
    """`CODE v2` into code and number; 0 where no version is named."""
    letters, space, last = typed.rpartition(" ")
    version = last[1:] if last[:1] in ("v", "V") else ""
    return (letters.strip(), int(version)) if space and version.isdecimal() and len(version) < 6 else (typed, 0)


def _fitting(letters: str, *, made: bool = False) -> QuerySet[Item]:
    """Items whose code begins with the letters before those that hold them, in code or name."""
    rows = Item.objects.filter(Q(code__icontains=letters) | Q(name__icontains=letters))
    if made:
        rows = rows.filter(bom_versions__isnull=False).distinct()
    rank = Case(
        When(code__iexact=letters, then=Value(0)),
        When(code__istartswith=letters, then=Value(1)),
        When(name__istartswith=letters, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return rows.annotate(rank=rank).order_by("rank", "code")
