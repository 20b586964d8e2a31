"""What traceability can tell: lots, orders, stock, genealogy, and what a scanned code means."""
