"""What the web views of backflush share."""
