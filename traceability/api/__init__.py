"""What devices and scripts may ask of lots."""
