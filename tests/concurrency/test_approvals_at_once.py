"""Approvals that meet: a ticket is used once, a version approved once, and a change waits for whoever is posting."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
from django.db import connection

from masterdata.actions.approve_bom import approve_bom
from masterdata.actions.submit_bom import submit_bom
from masterdata.models import BomVersion, Signature
from masterdata.queries import bom_content
from masterdata.rules.bom import LineDraft
from tests import plant
from tests.at_once import at_once


def submitted(quantity):
    plant.item("FOIL", unit="KGM")
    drafted = plant.drafted_bom(plant.product("KIT"), [LineDraft("FOIL", quantity)])
    return submit_bom(version=drafted, actor=plant.people().engineer, now=plant.NOW)


def approve(version, ticket):
    return lambda: approve_bom(version=version, ticket=ticket, effective_from=None, now=plant.NOW).state


def test_two_people_approve_one_version_and_one_of_them_is_told(real_database):
    version, people = submitted("1"), plant.people()
    tickets = [plant.ticket(who, bom_content(version)) for who in (people.qa, people.second_engineer)]
    mine = [BomVersion.objects.get(pk=version.pk) for _ in tickets]
    results = at_once(*(approve(row, ticket) for row, ticket in zip(mine, tickets, strict=True)))
    assert sorted(map(str, results)) == ["['out_of_sequence']", "approved"]
    assert Signature.objects.filter(subject_kind="bom_version").count() == 1


def test_two_drafts_at_once_get_two_numbers(real_database):
    submitted("1")
    kit, people = plant.product("KIT"), plant.people()

    def draft():
        return plant.draft_bom(item=kit, author=people.engineer, now=plant.NOW, lines=[LineDraft("FOIL", "2")]).number

    assert sorted(at_once(draft, draft, draft)) == [2, 3, 4]


def test_a_change_waits_for_whoever_is_posting_and_begins_after_it(real_database):
    version, people = submitted("1"), plant.people()
    ticket = plant.ticket(people.qa, bom_content(version))
    with psycopg.connect(real_database.url) as poster:
        poster.execute("SELECT pg_advisory_xact_lock_shared(%s)", [plant.site().pk])
        with ThreadPoolExecutor(1) as pool:

            def work():
                try:
                    return approve_bom(version=version, ticket=ticket, effective_from=None, now=plant.NOW)
                finally:
                    connection.close()

            approval = pool.submit(work)
            time.sleep(0.5)
            assert not approval.done(), "the approval did not wait for the poster"
            poster.commit()
            waited = approval.result(timeout=10).effective_from - plant.NOW
    assert waited > timedelta(milliseconds=200)
