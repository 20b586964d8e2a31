"""A review stays what was signed, and nobody enters one that its reviewer did not sign: not even the owner of the database."""

import psycopg
import pytest

from masterdata.actions.review_record import next_day, review_record
from masterdata.queries.reviews import review_content, review_of
from tests import plant

COPIED = (
    "INSERT INTO masterdata_periodicreview (kind, record_key, name, outcome, remark, person_id, at, next_on, signature_id)"
    " SELECT {kind}, record_key, name, {outcome}, '', {person}, at, next_on, signature_id FROM masterdata_periodicreview"
)
LAWS = {
    "UPDATE masterdata_periodicreview SET outcome = 'confirmed'": None,
    "DELETE FROM masterdata_periodicreview": None,
    "TRUNCATE masterdata_periodicreview": None,
    COPIED.format(kind="'bin'", outcome="outcome", person="person_id"): "review_is_signed_by_its_reviewer",
    COPIED.format(kind="kind", outcome="outcome", person="person_id - 1"): "review_is_signed_by_its_reviewer",
    COPIED.format(kind="kind", outcome="'change_needed'", person="person_id"): "needed_change_has_a_remark",
    COPIED.format(kind="kind", outcome="'perhaps'", person="person_id"): "review_outcome_is_known",
}


def test_the_laws_of_reviews_hold_against_everybody(real_database):
    part, qa, now = plant.item("PART"), plant.people().qa, plant.NOW
    found = review_of("item", part.pk, now)
    content = review_content(found, outcome="confirmed", remark="", next_on=next_day(found, now))
    ticket = plant.ticket(qa, content, at=now)
    review_record(kind="item", key=part.pk, outcome="confirmed", remark="", ticket=ticket, now=now)
    for statement, law in LAWS.items():
        with psycopg.connect(real_database.owner_url) as connection:
            with pytest.raises(psycopg.IntegrityError) as refused:
                connection.execute(statement)
            if law:
                assert refused.value.diag.constraint_name == law, statement
            else:
                assert "what was recorded stays" in str(refused.value), statement
    with psycopg.connect(real_database.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM masterdata_periodicreview")
