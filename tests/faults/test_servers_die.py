"""PostgreSQL and the broker are killed, frozen and come back: what was acknowledged is posted once."""

import time

import pytest
from django.db import OperationalError

REPORTS = 120


def test_postgresql_that_dies_in_the_middle_of_batches_costs_no_report(rig):
    rig.start_beat()
    rig.start_worker()
    for _ in range(3):
        rig.report(REPORTS // 3)
        rig.until(lambda: rig.waiting() < REPORTS // 3, what="a batch")
        rig.postgres_dies()
        with pytest.raises(OperationalError):
            rig.waiting()
        rig.postgres_returns()
    rig.settle()
    rig.nothing_lost_nothing_twice()


def test_a_broker_that_is_killed_and_comes_back_empty_costs_no_report(rig):
    rig.start_beat()
    rig.start_worker()
    for _ in range(3):
        rig.report(REPORTS // 6)
        rig.ring()
        rig.broker_dies()
        rig.report(REPORTS // 6)
        rig.broker_returns()
    rig.settle()
    rig.nothing_lost_nothing_twice()


def test_reports_wait_while_the_broker_is_gone_and_post_when_it_is_back(rig):
    rig.start_beat()
    rig.start_worker()
    rig.report(8)
    rig.settle()
    rig.broker_dies()
    rig.report(REPORTS)
    time.sleep(3)
    rig.broker_returns()
    rig.settle()
    rig.nothing_lost_nothing_twice()


def test_a_broker_that_is_frozen_for_a_while_costs_no_report(rig):
    rig.start_beat()
    rig.start_worker()
    rig.report(8)
    rig.settle()
    rig.broker_freezes()
    try:
        rig.report(REPORTS)
        time.sleep(3)
    finally:
        rig.broker_thaws()
    rig.settle()
    rig.nothing_lost_nothing_twice()
