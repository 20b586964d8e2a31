"""How much of a request's body is ever read."""

MOST_BYTES = 64 * 1024
