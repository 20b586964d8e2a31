"""Bytes to JSON data, or why not: nothing in a body is silently dropped, changed or doubled."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from masterdata.rules.body_size import MOST_BYTES as MOST_BYTES

MOST_DEPTH = 8
#: of one object; a body of nothing but doubled keys is not answered with a longer one
MOST_DOUBLED = 50


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


class _Doubled(dict[str, Any]):
    """An object in which keys stand twice; the first of each is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.keys_twice: list[str] = []


def read_json(body: bytes) -> tuple[Any, list[Fault]]:
    """The data of a JSON body, or the faults that keep it from being read.

    UTF-8 only, at most 64 KiB and eight levels deep; duplicate keys, NUL and lone surrogates are faults. Numbers come as
    `Number`, since a float would lose digits.
    """
    data, faults = parsed_json(body)
    faults = faults or faults_within(data)
    return (None, faults) if faults else (data, [])


def parsed_json(body: bytes) -> tuple[Any, list[Fault]]:
    """The data, or the fault that keeps it from being read at all; what is wrong inside of it is for `faults_within`."""
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
    return data, []


def faults_within(data: Any) -> list[Fault]:
    """Duplicate keys, NUL and lone surrogates, wherever they stand, with the path to each."""
    return _inner_faults(data, "")


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
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled = _Doubled()
    for key, value in pairs:
        if key not in doubled:
            doubled[key] = value
        elif key not in doubled.keys_twice:
            doubled.keys_twice.append(key)
    return doubled


def _constant(name: str) -> Any:
    raise _Refused(Fault("", "not_json", f"{name} is not a JSON value."))


def _inner_faults(value: Any, path: str) -> list[Fault]:
    if isinstance(value, dict):
        twice = value.keys_twice[:MOST_DOUBLED] if isinstance(value, _Doubled) else []
        return [
            *(_twice(key, path) for key in twice),
            *(
                fault
                for key, inner in value.items()
                for fault in (*_bad_text(key, path or "body"), *_inner_faults(inner, f"{path}.{key}".lstrip(".")))
            ),
        ]
    if isinstance(value, list):
        return [f for index, inner in enumerate(value) for f in _inner_faults(inner, f"{path}.{index}".lstrip("."))]
    return _bad_text(value, path) if isinstance(value, str) else []


def _twice(key: str, path: str) -> Fault:
    shown = writable(f"{path}.{key}".lstrip("."))
    return Fault(shown, "duplicate_key", f"The key {shown} stands twice.")


def writable(text: str, longest: int = 120) -> str:
    """A name that came with a request as an answer can carry it: short, of characters that can be written."""
    return text.replace("\x00", "\\0").encode("utf-8", "backslashreplace").decode()[:longest]


def _bad_text(text: str, path: str) -> list[Fault]:
    shown = writable(path)
    if "\x00" in text:
        return [Fault(shown, "nul", "The text has a NUL character.")]
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        return [Fault(shown, "surrogate", "The text has a lone surrogate, which is no character.")]
    return []
