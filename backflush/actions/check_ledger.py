"""Asks every invariant and keeps what was found: the SQL of all apps, and what only the product's own rules can judge.

Postings are decided again from a verified mark on, so that a check of a large ledger stays short: the mark of a site moves up
to the last posting before the first that differs, and a posting that differs is found by every check until it is mended.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice

from django.db import connection

from backflush.models import LedgerCheck, VerifiedMark
from backflush.queries.invariants import all_invariants
from backflush.queries.replays import replayed
from backflush.queries.signed_records import unsigned_records
from masterdata.actions.acting import acting
from masterdata.models import Signature, Site
from masterdata.queries.history_check import compare_from_mark
from masterdata.queries.signature_check import broken_signatures
from masterdata.rules.refusal import Refusal, Refused
from traceability.queries.invariants import violations_of

ACTOR = "service:ledger-check"
#: of the two numbers that name an advisory lock; sites are locked by one number
_LOCK = (7, 20)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One invariant, and up to as many rows as were wanted that break it; `more`: there are others."""

    name: str
    sentence: str
    rows: list[str]
    more: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class _Question:
    name: str
    sentence: str
    rows: Callable[[int], Iterable[str]]


class _Replay:
    """Decides postings again from each site's mark on, and moves the marks."""

    def __init__(self, now: datetime, *, anew: bool, most: int | None) -> None:
        self._now, self._anew, self._most = now, anew, most
        self.count = 0

    def rows(self, limit: int) -> Iterator[str]:
        """Postings that come out otherwise, of each site the first `limit`: nobody reads on before those are mended."""
        found: list[str] = []
        for site_id in Site.objects.order_by("pk").values_list("pk", flat=True):
            found += self._of_site(site_id, limit)
        return iter(found[:limit])

    def _of_site(self, site_id: int, limit: int) -> list[str]:
        mark = VerifiedMark.objects.filter(site_id=site_id).first()
        reached = 0 if mark is None or self._anew else mark.number
        wrong: list[str] = []
        for one in replayed(site_id, after=reached, most=self._most):
            self.count += 1
            if one.differences:
                wrong.append(str(one))
                if len(wrong) >= limit:
                    break
            elif not wrong:
                reached = one.number
        VerifiedMark.objects.update_or_create(site_id=site_id, defaults={"number": reached, "verified_at": self._now})
        return wrong


def check_ledger(
    *,
    now: datetime,
    only: Collection[str] = (),
    anew: bool = False,
    most: int | None = None,
    limit: int = SHOWN,
    told: Callable[[Asked], None] = lambda asked: None,
) -> LedgerCheck:
    """Ask the invariants of the numbers `only` (none: all) and return what they said; `told` hears each at once.

    `anew`: decide every posting again, from the first on; else from the mark, at most `most` of each site. A check of all
    invariants is kept, one of some is not. Refused('check_under_way') where another one runs, ('no_such_invariant') where none
    has a number.
    """
    with acting(ACTOR):
        _hold_the_lock()
        replay = _Replay(now, anew=anew, most=most)
        asked = [one for one in _questions(replay) if not only or one.name.split("_")[0] in only]
        if not asked:
            known = ", ".join(one.name for one in _questions(replay))
            raise Refused(
                Refusal("no_such_invariant", "There is no such invariant.", ", ".join(only), f"Known are: {known}.")
            )
        broken, start = [], time.perf_counter()
        for question in asked:
            answer = _ask(question, limit)
            told(answer)
            if answer.rows:
                broken.append(
                    {"name": answer.name, "sentence": answer.sentence, "rows": answer.rows, "more": answer.more}
                )
        check = LedgerCheck(
            started_at=now,
            seconds=Decimal(f"{time.perf_counter() - start:.3f}"),
            invariants=len(asked),
            anew=anew,
            replayed=replay.count,
            broken=broken,
        )
        if not only:
            check.save(force_insert=True)
        return check


def _hold_the_lock() -> None:
    """One check at a time; it ends with the transaction. A check may read for longer than a request may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", _LOCK)
        if not cursor.fetchone()[0]:
            raise Refused(
                Refusal("check_under_way", "The ledger is being checked already.", "", "Wait until that check ends.")
            )
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '60s'")


def _questions(replay: _Replay) -> list[_Question]:
    """The invariants by number: those in SQL, and the two in Python."""
    found = [
        _Question(one.name, one.sentence, lambda limit, one=one: map(str, violations_of(one, limit)))  # type: ignore[misc]
        for one in all_invariants()
    ]
    found += [
        _Question(
            "07_postings_replay_to_the_same_digits",
            "What a posting's frozen facts and recipe decide today is, to the last digit, what stands in the ledger.",
            replay.rows,
        ),
        _Question(
            "08_what_was_used_is_validly_signed",
            "Every BOM version, unit factor and trigger definition behind a posting says what its signature was given for.",
            lambda limit: islice(unsigned_records(), limit),
        ),
        _Question(
            "15_histories_say_what_the_trail_says",
            "Every change of a person that the audit trail tells since the last comparison has its history row, and none is"
            " made up.",
            lambda limit: islice(compare_from_mark().faults, limit),
        ),
        _Question(
            "14_every_signature_stands",
            "Every signature is as it was given, by somebody who entered their credentials for it, and its record says what was"
            " signed.",
            lambda limit: islice(_broken_signatures(), limit),
        ),
    ]
    return sorted(found, key=lambda one: one.name)


def _broken_signatures() -> Iterator[str]:
    for signature, wrong in broken_signatures(Signature.objects.all()):
        yield f"signature {signature.pk}: {' '.join(one.sentence for one in wrong)}"


def _ask(question: _Question, limit: int) -> Asked:
    start = time.perf_counter()
    rows = list(question.rows(limit + 1))
    return Asked(question.name, question.sentence, rows[:limit], len(rows) > limit, time.perf_counter() - start)
