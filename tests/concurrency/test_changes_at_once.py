"""Signatures, rejections, withdrawals, sweeps and releases that meet over change requests: one outcome, and the others are told.

Each test brings its works into the middle of one another with a lock that somebody holds. Controls do the same with the
guard off, and show what the guard prevents.
"""

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command

from masterdata.actions import sign_change as signing
from masterdata.actions.acting import acting
from masterdata.actions.enrol_person import enrol_person
from masterdata.actions.revise_change import revise_change
from masterdata.actions.sign import sign
from masterdata.actions.sign_change import reject_change, sign_change
from masterdata.actions.submit_change import submit_change, take_back_change, withdraw_change
from masterdata.actions.take_effect import take_due_changes
from masterdata.models import BomVersion, ChangePolicy, ChangeRequest, ChangeSignature, Item, Supplier
from masterdata.queries.changes import content_of_request, given_signatures, missing_signers, record_of
from masterdata.queries.governed import governed
from masterdata.rules.bom import LineDraft
from tests import floor, plant
from tests.at_once import at_once, one_after_the_other_into
from tests.changing import proposed, signed, submitted, ticket
from traceability.actions import release_order as releasing
from traceability.actions.release_order import release_order
from traceability.models import OrderPin

NOW = plant.NOW
LATER = NOW + timedelta(days=2)


@pytest.fixture
def base(real_database):
    """The plant, with a second person of QA."""
    cast = plant.people()
    enrol_person(
        username="qa2", name="Quirin Second", badge="B-qa2", password=plant.PASSWORD, pin="", roles=["qa"],
        site=plant.site(), actor=cast.admin,
    )  # fmt: skip
    return real_database


def second_qa():
    return plant.Person.objects.get(username="qa2")


def signs(request, person, role="qa", now=NOW):
    """A work: the person has read the request and entered the password; only the signature itself is in the race."""
    given = ticket(request, person, now)
    return lambda: sign_change(request=again(request), ticket=given, role=role, now=now).state


def again(request):
    """Each tab has its own row."""
    return ChangeRequest.objects.get(pk=request.pk)


def request_held(request):
    return f"SELECT 1 FROM masterdata_changerequest WHERE id = {request.pk} FOR UPDATE"


def site_held():
    """As a worker does that is posting."""
    return f"SELECT pg_advisory_xact_lock_shared({plant.site().pk})"


def all_is_well():
    call_command("verify_signatures", verbosity=0)
    call_command("check_ledger", verbosity=0)


def two_signatures_wanted():
    ChangePolicy.objects.create(kind="supplier", roles=["qa", "engineer"])
    return submitted(proposed(None, "supplier", code="ALBA", name="Alba Films"))


def test_the_last_two_signatures_at_the_same_moment_approve_it_once(base):
    cast, request = plant.people(), two_signatures_wanted()
    results = one_after_the_other_into(
        base.url, request_held(request), signs(request, cast.qa), signs(request, cast.second_engineer, "engineer")
    )
    assert sorted(results) == ["effective", "submitted"]
    assert (again(request).state, missing_signers(request)) == ("effective", [])
    assert Supplier.objects.filter(code="ALBA").count() == 1
    all_is_well()


def test_control_two_that_do_not_hold_the_request_sign_it_and_nobody_approves(base):
    cast, request, both = plant.people(), two_signatures_wanted(), threading.Barrier(2)

    def without_holding(person, role):
        given = ticket(request, person)

        def work():
            with acting(person):
                row = again(request)
                missing = set(row.required_roles) - {one.role for one in given_signatures(row)} - {role}
                both.wait(10)
                content = content_of_request(row, None)
                made = sign(
                    ticket=given, meaning="approved", subject_kind="change_request", subject_key=str(row.number),
                    content=content, now=NOW,
                )  # fmt: skip
                ChangeSignature.objects.create(request=row, round=1, role=role, person=person, signature=made)
                return "approves" if not missing else "waits for another"

        return work

    works = without_holding(cast.qa, "qa"), without_holding(cast.second_engineer, "engineer")
    assert at_once(*works) == ["waits for another"] * 2
    assert (again(request).state, missing_signers(request)) == ("submitted", [])


def test_one_person_who_signs_in_two_tabs_signs_once(base):
    cast, request = plant.people(), two_signatures_wanted()
    results = one_after_the_other_into(
        base.url, request_held(request), signs(request, cast.qa), signs(request, cast.qa)
    )
    assert sorted(map(str, results)) == ["['signed_already', 'role_not_missing']", "submitted"]
    assert request.signatures.count() == 1
    all_is_well()


def rejects(request):
    given = ticket(request, second_qa())
    return lambda: (
        reject_change(request=again(request), ticket=given, role="qa", reason="no quote attached", now=NOW).state
    )


def withdraws(request):
    return lambda: (
        withdraw_change(request=again(request), actor=request.author, reason="not needed any more", now=NOW).state
    )


def takes_back(request):
    return lambda: take_back_change(request=again(request), actor=request.author, reason="a slip", now=NOW).state


def takes_back_and_revises(request):
    def work():
        row = take_back_change(request=again(request), actor=request.author, reason="a slip", now=NOW)
        if row.kind == "item":
            revise_change(request=row, author=row.author, now=NOW, proposed={"standard_cost": "50"})
        return submit_change(request=row, actor=row.author, now=NOW).state

    return work


STEPS = [
    (rejects, "rejected", {"out_of_sequence"}),
    (withdraws, "withdrawn", {"out_of_sequence"}),
    (takes_back, "draft", {"out_of_sequence"}),
    # what was read is another text by now
    (takes_back_and_revises, "submitted", {"content_changed", "out_of_sequence"}),
]


@pytest.mark.parametrize("first", ["the signature", "the other step"])
@pytest.mark.parametrize(("step", "state", "told"), STEPS, ids=[one[0].__name__ for one in STEPS])
def test_a_signature_that_meets_another_step_leaves_one_outcome(base, step, state, told, first):
    foil = plant.item("FOIL", unit="KGM", cost="4.00")
    request = submitted(proposed(foil, standard_cost="5"))
    works = [signs(request, plant.people().qa), step(request)]
    if first == "the other step":
        works.reverse()
    results = one_after_the_other_into(base.url, request_held(request), *works)
    if first == "the other step":
        results.reverse()
    signature, other = results
    assert (signature == "effective") != (other == state), "exactly one of the two happens"
    if signature == "effective":
        assert other == ["out_of_sequence"]
    else:
        assert set(signature) <= told
    assert again(request).state == ("effective" if signature == "effective" else state)
    foil.refresh_from_db()
    assert foil.standard_cost == (5 if signature == "effective" else 4)
    all_is_well()


def two_versions():
    """Two requests that both differ from version 1."""
    cast = plant.people()
    plant.item("FOIL", unit="KGM")
    kit = plant.product("KIT")
    plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
    drafts = [plant.drafted_bom(kit, [LineDraft("FOIL", figure)], at=LATER) for figure in ("0.6", "0.7")]
    return [submitted(proposed(one, author=cast.engineer, now=LATER), LATER) for one in drafts]


def two_prices():
    foil, cast = plant.item("FOIL", unit="KGM", cost="4.00"), plant.people()
    return [
        submitted(proposed(foil, standard_cost="5", now=LATER), LATER),
        submitted(proposed(foil, standard_cost="6", author=cast.second_engineer, now=LATER), LATER),
    ]


@pytest.mark.parametrize("kind", [two_versions, two_prices], ids=["two versions of a BOM", "two prices of an item"])
def test_of_two_changes_of_one_record_the_second_is_told_that_its_base_is_another_now(base, kind):
    one, other = kind()
    works = signs(one, plant.people().qa, now=LATER), signs(other, second_qa(), now=LATER)
    assert one_after_the_other_into(base.url, site_held(), *works) == ["effective", ["base_changed"]]
    assert (again(one).state, again(other).state) == ("effective", "submitted")
    all_is_well()


def test_control_versions_locked_one_by_one_both_replace_the_same_one(base, monkeypatch):
    def only_the_version(row, *, lock=False):
        rows = governed(row.kind)
        return (rows.select_for_update(no_key=True, of=("self",)) if lock else rows).get(pk=row.record_id)

    one, other = two_versions()
    monkeypatch.setattr(signing, "record_of", only_the_version)
    moments = LATER, LATER + timedelta(seconds=1)
    works = signs(one, plant.people().qa, now=moments[0]), signs(other, second_qa(), now=moments[1])
    assert one_after_the_other_into(base.url, site_held(), *works) == ["effective", "effective"]
    assert again(other).base["version"] == 1
    assert BomVersion.objects.get(number=2).effective_to is not None, "it replaced one that nobody compared it with"


def test_two_requests_for_the_same_new_record_make_one(base):
    one, other = (submitted(proposed(None, "supplier", code="ALBA", name=name)) for name in ("Alba", "Alba Films"))
    works = signs(one, plant.people().qa), signs(other, second_qa())
    results = one_after_the_other_into(base.url, site_held(), *works)
    assert results == ["effective", ["exists_already"]]
    assert Supplier.objects.get().name == "Alba"
    all_is_well()


def test_two_sweeps_and_a_withdrawal_meet_at_its_time(base):
    foil = plant.item("FOIL", unit="KGM", cost="4.00")
    request = signed(submitted(proposed(foil, standard_cost="5", effective_from=LATER)))
    author = request.author

    def sweep():
        return take_due_changes(now=LATER)

    def withdraw():
        return withdraw_change(request=again(request), actor=author, reason="too late", now=LATER).state

    results = one_after_the_other_into(base.url, site_held(), sweep, sweep, withdraw)
    assert results == [["CR-1"], [], ["out_of_sequence"]]
    foil.refresh_from_db()
    assert (foil.standard_cost, again(request).state) == (5, "effective")
    assert foil.history.filter(standard_cost=5).count() == 1
    all_is_well()


def test_a_sweep_that_meets_a_withdrawal_does_not_carry_it_out(base):
    foil = plant.item("FOIL", unit="KGM", cost="4.00")
    request = signed(submitted(proposed(foil, standard_cost="5", effective_from=LATER)))

    def withdraw():
        return withdraw_change(request=again(request), actor=request.author, reason="too late", now=LATER).state

    def sweep():
        return take_due_changes(now=LATER)

    results = at_once(sweep, withdraw, sweep)
    state = again(request).state
    swept = [one for one in (results[0], results[2]) if one]
    assert (state, results[1], swept) in [
        ("withdrawn", "withdrawn", []),
        ("effective", ["out_of_sequence"], [["CR-1"]]),
    ]
    assert Item.objects.get(code="FOIL").standard_cost == (5 if state == "effective" else 4)
    all_is_well()


def test_a_sweep_and_a_signature_on_the_same_record_do_not_wait_for_one_another_in_a_circle(base):
    """One takes effect by its time, the other by its last signature: both lock the record first and the postings then."""
    foil, cast = plant.item("FOIL", unit="KGM", cost="4.00"), plant.people()
    kit = plant.product("KIT")
    plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
    due = signed(submitted(proposed(kit, name="Kit, large", effective_from=LATER)))
    version = plant.drafted_bom(kit, [LineDraft(foil.code, "0.6")], at=LATER)
    other = submitted(proposed(version, author=cast.engineer, now=LATER), LATER)
    works = (lambda: take_due_changes(now=LATER)), signs(other, cast.qa, now=LATER)
    assert one_after_the_other_into(base.url, site_held(), *works) == [[str(due)], "effective"]
    all_is_well()


@pytest.fixture
def order(base):
    """Planned, of a kit with one version in force and another that waits for its last signature."""
    plant.item("FOIL", unit="KGM")
    kit = plant.product("KIT")
    plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
    version = plant.drafted_bom(kit, [LineDraft("FOIL", "0.6")], at=floor.NOW)
    submitted(proposed(version, author=plant.people().engineer, now=floor.NOW), floor.NOW)
    for kind in ("finished", "quarantine"):
        plant.place(kind)
    return floor.planned_order(kit)


def releases(order, now=floor.NOW):
    supervisor = plant.people().supervisor
    return lambda: release_order(order=order, actor=supervisor, now=now).state


def order_held(order):
    return f"SELECT 1 FROM traceability_workorder WHERE id = {order.pk} FOR UPDATE"


def test_an_order_released_while_the_last_signature_is_given_has_to_be_decided_on(order, base):
    request, later = ChangeRequest.objects.get(), floor.NOW + timedelta(seconds=1)
    works = releases(order), signs(request, plant.people().qa, now=later)
    results = one_after_the_other_into(base.url, order_held(order), *works)
    assert results == ["released", ["order_undecided"]]
    assert OrderPin.objects.get().bom_version.number == 1
    assert request.signatures.count() == 0
    all_is_well()


def test_an_order_released_by_whoever_waited_for_the_signature_is_made_by_the_new_version(order, base):
    """Who releases came before the change took effect, and got the lock after it."""
    request, later = ChangeRequest.objects.get(), floor.NOW + timedelta(seconds=1)
    works = signs(request, plant.people().qa, now=later), releases(order)
    assert one_after_the_other_into(base.url, site_held(), *works) == ["effective", "released"]
    pin = OrderPin.objects.get()
    assert pin.bom_version.number == 2
    assert pin.applicable_from == pin.bom_version.effective_from
    all_is_well()


def test_control_an_order_released_beside_a_change_stays_undecided_on_the_old_version(order, base, monkeypatch):
    monkeypatch.setattr(releasing, "between_changes", lambda site_id, kind, now: now)
    request, later = ChangeRequest.objects.get(), floor.NOW + timedelta(seconds=1)
    works = releases(order), signs(request, plant.people().qa, now=later)
    assert one_after_the_other_into(base.url, order_held(order), *works) == ["released", "effective"]
    assert OrderPin.objects.get().bom_version.number == 1
    assert record_of(again(request)).state == "approved"
