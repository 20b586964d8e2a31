"""How the framework writes what no page of ours writes itself: the read-only records."""
