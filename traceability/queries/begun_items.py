"""Items that a plant has begun with: an order was released by their BOM, or there are lots that their factors may count."""

from collections.abc import Collection

from masterdata.models import BomAlternate, BomLine, BomOutput, BomVersion, Item
from traceability.models import MaterialLot, OrderPin


def begun_items(kind: str, codes: Collection[str]) -> dict[str, str]:
    """By code, what there is already. `kind`: bom_version (orders by it) or unit_factor (lots too, and lines that use it)."""
    pinned = _pinned_versions(codes if kind == "bom_version" else None)
    versions = BomVersion.objects.filter(pk__in=pinned)
    found = {
        code: f"an order was released by a BOM of {code}"
        for code in versions.filter(item__code__in=codes).values_list("item__code", flat=True).distinct()
    }
    if kind == "bom_version":
        return found
    for model, path in ((BomLine, "version_id"), (BomAlternate, "line__version_id"), (BomOutput, "version_id")):
        rows = model._default_manager.filter(item__code__in=codes, **{f"{path}__in": pinned})
        for code in rows.values_list("item__code", flat=True).distinct():
            found.setdefault(code, f"an order was released by a BOM that names {code}")
    lots = MaterialLot.objects.filter(item__code__in=codes).values_list("item__code", flat=True).distinct()
    return {**found, **{code: f"there are lots of {code}" for code in lots}}


def _pinned_versions(codes: Collection[str] | None) -> set[int]:
    """Versions that orders are, or were, made by: their own and those of phantoms; of these items, or of all (None)."""
    pins = OrderPin.objects.all()
    if codes is not None:
        items = [str(pk) for pk in Item.objects.filter(code__in=codes).values_list("pk", flat=True)]
        pins = pins.filter(bom_version__item__code__in=codes) | pins.filter(phantom_versions__has_any_keys=items)
    found: set[int] = set()
    for version, phantoms in pins.values_list("bom_version_id", "phantom_versions").iterator():
        found.add(version)
        found.update(phantoms.values())
    return found
