"""Governed records that postings used, and whether each still says what it was signed for."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from masterdata.models import BomVersion, TriggerDefinition, UnitFactor
from masterdata.queries import signature_faults

#: ids of what recipes name: a recipe is stored only with a posting
_USED: dict[Any, str] = {
    BomVersion: "SELECT DISTINCT v::bigint FROM backflush_recipe, jsonb_array_elements_text(body::jsonb -> 'versions') AS v",
    UnitFactor: "SELECT DISTINCT f::bigint FROM backflush_recipe, jsonb_array_elements_text(body::jsonb -> 'factors') AS f",
    TriggerDefinition: "SELECT DISTINCT (body::jsonb -> 'trigger' ->> 'id')::bigint FROM backflush_recipe"
    " WHERE body::jsonb -> 'trigger' ->> 'id' IS NOT NULL",
}


def unsigned_records() -> Iterator[str]:
    """In words: each BOM version, unit factor and trigger definition behind a posting that is not validly signed."""
    for model, statement in _USED.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
            ids = [row[0] for row in cursor.fetchall()]
        for record in model.objects.filter(pk__in=ids).select_related("signature").order_by("pk").iterator(500):
            for fault in signature_faults(record):
                yield fault.sentence
