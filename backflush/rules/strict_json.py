"""Bytes to JSON data, or why not: nothing in a body is silently dropped, changed or doubled."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from masterdata.rules.body_size import MOST_BYTES as MOST_BYTES

MOST_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a body: which field (dotted path, empty for the body), a code, and a sentence."""

    field: str
    code: str
    detail: str


class _Refused(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


class Number(str):
    """A JSON number, kept as it was written: whoever reads a field decides whether a number may stand there."""

    __slots__ = ()


def read_json(body: bytes) -> tuple[Any, list[Fault]]:
    """The data of a JSON body, or the faults that keep it from being read.

    UTF-8 only, at most 64 KiB and eight levels deep; duplicate keys, NUL and lone surrogates are faults. Numbers come as
    `Number`, since a float would lose digits.
    """
    if len(body) > MOST_BYTES:
        return None, [Fault("", "too_long", f"The body has more than {MOST_BYTES} bytes.")]
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [Fault("", "not_utf8", f"The body is not UTF-8 at byte {error.start}.")]
    if _too_deep(text):
        return None, [Fault("", "too_deep", f"The body is nested more than {MOST_DEPTH} levels deep.")]
    try:
        data = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_constant,
        )
    except _Refused as refused:
        return None, [refused.fault]
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        return None, [Fault("", "not_json", f"The body is not JSON{where}.")]
    faults = list(_text_faults(data, ""))
    return (None, faults) if faults else (data, [])


def _too_deep(text: str) -> bool:
    """Whether brackets outside of strings nest too deep; looked at before parsing, which would recurse."""
    depth = 0
    quoted = escaped = False
    for sign in text:
        if quoted:
            if escaped:
                escaped = False
            elif sign == "\\":
                escaped = True
            elif sign == '"':
                quoted = False
        elif sign == '"':
            quoted = True
        elif sign in "[{":
            depth += 1
            if depth > MOST_DEPTH:
                return True
        elif sign in "]}":
            depth -= 1
    return False


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            shown = key.encode("ascii", "backslashreplace").decode()[:60]
            raise _Refused(Fault(shown, "duplicate_key", f"The key {shown} stands twice."))
        found[key] = value
    return found


def _constant(name: str) -> Any:
    raise _Refused(Fault("", "not_json", f"{name} is not a JSON value."))


def _text_faults(value: Any, path: str) -> list[Fault]:
    """NUL and lone surrogates, wherever they stand."""
    if isinstance(value, dict):
        return [
            fault
            for key, inner in value.items()
            for fault in (*_bad_text(key, path or "body"), *_text_faults(inner, f"{path}.{key}".lstrip(".")))
        ]
    if isinstance(value, list):
        return [f for index, inner in enumerate(value) for f in _text_faults(inner, f"{path}.{index}".lstrip("."))]
    return _bad_text(value, path) if isinstance(value, str) else []


def _bad_text(text: str, path: str) -> list[Fault]:
    shown = path.encode("ascii", "backslashreplace").decode()[:120]
    if "\x00" in text:
        return [Fault(shown, "nul", "The text has a NUL character.")]
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        return [Fault(shown, "surrogate", "The text has a lone surrogate, which is no character.")]
    return []
