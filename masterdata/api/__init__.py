"""What devices and scripts may ask of master data."""
