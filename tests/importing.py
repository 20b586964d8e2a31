"""Imports in tests: what is exported, a file uploaded and checked, its requests made and signed, by the fixed cast."""

from datetime import datetime, timedelta

from masterdata.actions.check_import import check_import, order_import
from masterdata.actions.claim_import import claim_import
from masterdata.actions.propose_import import propose_import
from masterdata.actions.receive_import import receive_import
from masterdata.actions.run_batch import ask_for_batch, claim_batch, run_batch
from masterdata.models import ChangeRequest, DataImport, RequestBatch
from masterdata.pages.sheet_writers import sheet_answer
from masterdata.queries.plant_sheets import exported_rows
from masterdata.rules.sheet_cells import CellKind
from masterdata.rules.sheet_columns import KINDS
from tests import changing, plant

AT = plant.NOW + timedelta(seconds=1)


def exported(kind: str, form: str = "csv") -> bytes:
    """The sheet as the page of exports gives it."""
    sheet = KINDS[kind]
    numbers = frozenset(column.name for column in sheet.columns if column.kind == CellKind.NUMBER)
    return b"".join(sheet_answer(kind, sheet.header, numbers, exported_rows(kind), form).streaming_content)


def received(content: bytes, name: str = "items.csv", **more: str) -> DataImport:
    """Uploaded by the engineer."""
    return receive_import(
        content=content, file_name=name, person=plant.people().engineer, reason="Price round", now=plant.NOW, **more
    )


def checked(content: bytes, name: str = "items.csv", now: datetime = AT, **more: str) -> DataImport:
    """Uploaded, and compared with the plant."""
    claimed = claim_import(now=now, pk=received(content, name, **more).pk)
    return check_import(claimed=claimed, now=now)


def proposed(content: bytes, name: str = "items.csv", now: datetime = AT) -> DataImport:
    """Uploaded, compared, and its draft change requests made."""
    one = checked(content, name, now)
    assert (one.state, one.faults) == ("ready", []), one.faults[:5]
    order_import(data_import=one, person=plant.people().engineer, now=now)
    return propose_import(claimed=claim_import(now=now, pk=one.pk), now=now)


def batch(one: DataImport, step: str = "submit", reason: str = "", now: datetime = AT) -> RequestBatch:
    """All requests of the import, submitted or withdrawn."""
    made = ask_for_batch(data_import=one, step=step, person=plant.people().engineer, reason=reason, now=now)
    return run_batch(claimed=claim_batch(now=now, pk=made.pk), now=now)


def signed_all(one: DataImport, now: datetime = AT) -> int:
    """Submit and sign until nothing is left to do; in how many rounds. Versions wait for the ones before them."""
    rounds = 0
    while ChangeRequest.objects.filter(data_import=one, state="draft").exists():
        rounds += 1
        batch(one, now=now)
        waiting = ChangeRequest.objects.filter(data_import=one, state="submitted").order_by("number")
        assert waiting, RequestBatch.objects.latest("pk").refused[:5]
        for request in waiting.select_related("author"):
            changing.signed(request, now)
    return rounds
