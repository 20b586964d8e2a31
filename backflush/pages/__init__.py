"""What the web views and template tags of backflush share."""
