"""Which BOM version each component of a recipe is written in: the product's own, or that of a phantom inside it."""

import uuid
from collections.abc import Iterable

from masterdata.models import BomLine, BomVersion
from masterdata.rules.explosion import component_of

DEEPEST = 20


def versions_of_components(product: int, versions: Iterable[BomVersion]) -> dict[str, BomVersion]:
    """By component, the version whose line says how much of it is used. `versions`: those that a recipe came from."""
    by_item = {version.item_id: version for version in versions}
    lines: dict[int, list[tuple[uuid.UUID, int]]] = {}
    rows = BomLine.objects.filter(version__in=by_item.values()).values_list("version_id", "identity", "item_id")
    for version_id, identity, item_id in rows:
        lines.setdefault(version_id, []).append((identity, item_id))
    found: dict[str, BomVersion] = {}

    def walk(item: int, path: tuple[uuid.UUID, ...]) -> None:
        version = by_item.get(item)
        if version is None or len(path) > DEEPEST:
            return
        for identity, inner in lines.get(version.pk, ()):
            here = (*path, identity)
            found[component_of(here)] = version
            walk(inner, here)

    walk(product, ())
    return found
