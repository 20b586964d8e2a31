"""Tables that are only added to: the serving role may read and insert, and triggers refuse the rest to everybody."""

APPEND_ONLY_TABLES: tuple[str, ...] = (
    "backflush_bomaudit",
    "backflush_bomauditfinding",
    "backflush_ledgercheck",
    "backflush_orderclose",
    "backflush_outboxmessage",
    "backflush_pilotmeasurement",
    "backflush_pilotordermark",
    "backflush_pilotproposal",
    "backflush_posting",
    "backflush_recipe",
    "backflush_reportbody",
    "backflush_reportruling",
    "backflush_reporttransition",
    "backflush_webhookattempt",
)
