"""What somebody does on a page stands in the audit trail under their own name."""

from django.urls import reverse

from masterdata.models import AuditEvent, Person
from tests.web.forms import fields_of
from tests.web.scene import item


def test_a_request_written_on_a_page_is_told_of_the_person_who_wrote_it(as_):
    engineer, bottle = as_("engineer"), item("PK-BTL-200")
    change = reverse("item-change", args=[bottle.pk])
    engineer.post(change, {**fields_of(engineer.get(change)), "standard_cost": "0.33", "reason": "New price."})
    told = AuditEvent.objects.filter(tbl="masterdata_changerequest").order_by("-id")[0]
    assert told.actor == f"person:{Person.objects.get(username='engineer').pk}"
