"""Heads of the sealed audit trail as lines of a file outside the database: number, epoch, digest, when it was sealed."""

from collections.abc import Iterable
from typing import NamedTuple


class Head(NamedTuple):
    """The digest of one block."""

    number: int
    epoch: int
    digest: str


def head_line(head: Head, sealed_at: str) -> str:
    return f"{head.number} {head.epoch} {head.digest} {sealed_at}\n"


def read_heads(lines: Iterable[str]) -> tuple[list[Head], list[str]]:
    """The heads of a file, and a sentence for each line that is none.

    A line that was cut off while it was written is none either: the last one, or one that the next line writes whole.
    """
    heads, faults = [], []
    told = list(lines)
    for place, line in enumerate(told, 1):
        parts = line.split()
        if len(parts) == 4 and parts[0].isdecimal() and parts[1].isdecimal() and len(parts[2]) == 64:
            heads.append(Head(int(parts[0]), int(parts[1]), parts[2]))
        elif line.strip() and line.endswith("\n") and not "".join(told[place : place + 1]).startswith(line.strip()):
            faults.append(f"Line {place} of the exported heads cannot be read: {line.strip()[:80]}")
    return heads, faults


def head_faults(exported: Iterable[Head], stored: Iterable[Head]) -> list[str]:
    """Where what was exported and what is stored do not agree: a block that is gone, or another one in its place."""
    there = {head.number: head for head in stored}
    found = []
    for head in dict.fromkeys(exported):
        block = there.get(head.number)
        if block is None:
            found.append(f"Block {head.number} was sealed and exported, and is gone: the trail was cut off.")
        elif block != head:
            found.append(f"Block {head.number} is not the one that was exported.")
    return found
