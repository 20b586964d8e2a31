"""Plays the demo plant on, gently: machines report over HTTP, people stage, scan, clear, sign and close through actions.

Nothing is remembered between two events but what the database holds, so it may be ended and started at any moment.
"""
