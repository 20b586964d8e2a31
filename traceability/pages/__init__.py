"""What screens of traceability and of the apps above share."""
