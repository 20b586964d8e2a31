"""How states of pilots look."""

TONES = {"running": "soon", "ended": "good", "cancelled": "idle"}
