"""What posting can tell. `gauges`: figures for whoever scrapes `/metrics`."""

from backflush.queries.ledger_checks import gauges

__all__ = ["gauges"]
