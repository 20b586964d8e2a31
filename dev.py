#!/usr/bin/env python3
"""The commands of a developer and of a first visitor: `python3 dev.py run|test|bench|soak|manage|clean`.

Needs Python 3.11 to 3.13 and nothing else; `make` is a veneer over it.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

if __name__ == "__main__":
    if sys.version_info < (3, 9):  # noqa: UP036  an older Python may be the one at hand
        sys.exit("Python 3.11 or newer is needed: run this with python3.11, python3.12 or python3.13.")
    from backflush.project.launch.commands import main

    sys.exit(main(sys.argv[1:]))
