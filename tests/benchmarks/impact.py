"""Impact replay: `replay_per_s`, standard postings of twenty lines decided again by proposed figures, read and recorded."""

import time
from datetime import UTC, datetime, timedelta

from backflush.actions.post_reports import post_reports
from backflush.actions.request_impact_replay import request_impact_replay
from backflush.actions.run_impact_replays import run_impact_replays
from backflush.rules.impact_totals import read_impact
from masterdata.models import BomVersion, Site
from masterdata.rules.bom import LineDraft
from tests import plant
from tests.benchmarks.standard_plant import build, fill_inbox
from tests.processes import RealDatabase

REPORTS = 2000


def run(database: RealDatabase) -> dict[str, float]:
    """One worker's pace. RuntimeError where not every report was replayed, for then it measures something else."""
    standard = build(100, name="IMPACT")
    fill_inbox(standard, REPORTS)
    post_reports()
    version = BomVersion.objects.get(item_id=standard.product)
    lines = [
        LineDraft(item=line.item.code, quantity=line.quantity * 2, identity=line.identity)
        for line in version.lines.select_related("item").order_by("position")
    ]
    now = datetime.now(UTC) + timedelta(seconds=1)
    replay = request_impact_replay(
        kind="bom_version",
        record_id=plant.drafted_bom(version.item, lines, at=now).pk,
        days=1,
        site=Site.objects.get(pk=standard.site),
        actor=plant.people().engineer,
        now=now,
    )
    start = time.perf_counter()
    while run_impact_replays(now=datetime.now(UTC)):
        pass
    took = time.perf_counter() - start
    replay.refresh_from_db()
    if replay.state != "done" or read_impact(replay.result).reports != REPORTS:
        raise RuntimeError(f"{replay} is {replay.state}: {replay.failure} {replay.done} of {replay.total}")
    return {"replay_per_s": REPORTS / took}
