"""CPU time of process trees, read from /proc."""

import os
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(roots: list[int]) -> float:
    """User and system seconds of these processes and all that descend from them, children that ended included."""
    children: dict[int, list[int]] = {}
    times: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            except (OSError, IndexError):
                continue
            children.setdefault(int(fields[1]), []).append(int(folder.name))
            times[int(folder.name)] = sum(int(fields[index]) for index in (11, 12, 13, 14)) / _TICK
    total, border = 0.0, list(roots)
    while border:
        pid = border.pop()
        total += times.get(pid, 0.0)
        border += children.get(pid, [])
    return total
