"""Whatever an auditor sends, on pages and to the API: nothing is written."""

from django.apps import apps

from masterdata.models import Person
from tests import plant
from tests.api.shop import person_client, report
from tests.roles.addresses import addresses

#: What signing in and looking around may write.
OF_THE_SESSION = {"sessions.session", "axes.accesslog", "axes.accessattempt", "axes.accessfailurelog"}
#: Everybody changes their own password, and nothing else comes of it.
THEIR_OWN = {"own-password"}
PLAUSIBLE = {
    "reason": "Because.",
    "why": "Because.",
    "note": "Because.",
    "text": "Because.",
    "remark": "Because.",
    "conclusion": "All is well.",
    "status": "released",
    "quantity": "1",
    "good": "1",
    "signer": "auditor",
    "password": plant.PASSWORD,
    "badge": "B-auditor",
    "pin": plant.PIN,
    "role": "qa",
    "do": "submit",
}


def rows() -> dict[str, int]:
    """How many rows each table has; every change of a record is a row of the audit trail."""
    return {
        model._meta.label_lower: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.managed and model._meta.label_lower not in OF_THE_SESSION
    }


def test_no_form_takes_anything_from_an_auditor(walker):
    client, before = walker("auditor"), rows()
    for one in addresses(api=False):
        if one.name not in THEIR_OWN:
            client.get(one.path)
            client.post(one.path, PLAUSIBLE)
    assert before["masterdata.auditevent"] > 100
    assert rows() == before


def test_no_method_takes_anything_from_an_auditor(whole_plant):
    client = person_client(Person.objects.get(username="auditor"))
    before = rows()
    for one in addresses(api=True):
        for method in ("post", "put", "patch", "delete"):
            body = report(order="WO-20418", consumer="erp", position=1)
            getattr(client, method)(one.path, body, content_type="application/json")
    assert rows() == before
