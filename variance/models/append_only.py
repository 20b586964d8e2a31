"""Tables that are only added to: the serving role may read and insert."""

APPEND_ONLY_TABLES: tuple[str, ...] = ("variance_ordervariance",)
