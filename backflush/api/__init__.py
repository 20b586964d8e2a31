"""What devices and scripts report to the plant, and read of it."""
