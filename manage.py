#!/usr/bin/env python3
"""Django's command line. `python3 dev.py manage …` runs it with the servers and settings of `make run`."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backflush.project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
