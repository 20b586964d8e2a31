"""How the API's pages describe it: small JSON schemas, written beside the views, that tests hold against the answers.

A schema made with `named` appears once under its name; `backflush.project.openapi` moves it there.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

Schema = dict[str, Any]
DECIMAL_PATTERN = r"^-?[0-9]+(\.[0-9]+)?$"
PROBLEM_TYPE = "application/problem+json"


def text(about: str = "", **more: Any) -> Schema:
    return {"type": "string", **({"description": about} if about else {}), **more}


def one_of(words: Iterable[str], about: str = "") -> Schema:
    return text(about, enum=[str(word) for word in words])


def decimal(about: str = "") -> Schema:
    """A quantity or an amount."""
    return text(about, pattern=DECIMAL_PATTERN)


def moment(about: str = "") -> Schema:
    return text(about, format="date-time")


def identifier(about: str = "") -> Schema:
    return text(about, format="uuid")


def whole(about: str = "") -> Schema:
    return {"type": "integer", **({"description": about} if about else {})}


def flag(about: str = "") -> Schema:
    return {"type": "boolean", **({"description": about} if about else {})}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    if "type" in schema and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema, about: str = "") -> Schema:
    return {"type": "array", "items": schema, **({"description": about} if about else {})}


def record(fields: Mapping[str, Schema], about: str = "") -> Schema:
    """An object that always has all of these fields."""
    found: Schema = {"type": "object", "properties": dict(fields), "required": list(fields)}
    return {**found, "description": about} if about else found


def named(name: str, schema: Schema) -> Schema:
    return {"x-name": name, **schema}


def listing(name: str, row: Schema) -> Schema:
    link = maybe(text("Where the page is; null at the end", format="uri"))
    return named(f"{name}Page", record({"next": link, "previous": link, "results": many(row)}))


REASON = named(
    "Reason",
    record(
        {
            "code": text("For machines; new ones may come"),
            "sentence": text("What is wrong, for people"),
            "subject": text("What it is about"),
            "remedy": text("What to do"),
        }
    ),
)
PROBLEM = named(
    "Problem",
    record(
        {
            "type": text(),
            "title": text(),
            "status": whole(),
            "detail": text(),
            "errors": many(
                record(
                    {
                        "field": text("Dotted path into the body or name of a parameter; empty for the whole"),
                        "code": text(),
                        "detail": text(),
                    }
                ),
                "All faults at once",
            ),
        },
        "An error, after RFC 9457",
    ),
)
_PROBLEMS = {
    400: "Something is wrong with the request: every fault, with its field",
    401: "No token, or one that is not good",
    403: "May be seen but not done, and why",
    404: "Nothing there that this caller may see",
    406: "It is not given out as what was asked for",
    409: "The event id was used before, with other content or by another sender",
    413: "The body is too large",
    415: "The body is not application/json",
    422: "Understood, but it cannot be done as things are",
    429: "Too many requests; Retry-After says when",
    503: "The database is busy or away; Retry-After says when",
}
_ALWAYS = (401, 403, 406, 429, 503)


def described(
    summary: str,
    answers: Mapping[int, Schema],
    *,
    about: str = "",
    body: Schema | None = None,
    examples: Iterable[OpenApiExample] = (),
    parameters: Iterable[OpenApiParameter] = (),
    problems: Collection[int] = (),
    called: str | None = None,
    files: Mapping[str, Schema] | None = None,
) -> Callable[[Any], Any]:
    """Describe a view's method: its answers by status, its body, and the problems besides those that any may have.

    `called`: the operation's id, where the path does not tell a list from one of its rows.
    `files`: what a 200 may be besides JSON, by its type.
    """
    responses: dict[Any, Any] = {(status, "application/json"): schema for status, schema in answers.items()}
    responses |= {(200, kind): schema for kind, schema in (files or {}).items()}
    for status in sorted({*_ALWAYS, *problems}):
        responses[(status, PROBLEM_TYPE)] = OpenApiResponse(PROBLEM, description=_PROBLEMS[status])
    decorate: Callable[[Any], Any] = extend_schema(
        operation_id=called,
        summary=summary,
        description=about,
        request=None if body is None else {"application/json": body},
        responses=responses,
        parameters=list(parameters),
        examples=list(examples),
    )
    return decorate


def parameter(
    name: str, about: str, *, words: Iterable[str] = (), whole_number: bool = False, needed: bool = False
) -> OpenApiParameter:
    """A query parameter; optional, unless it is needed."""
    return OpenApiParameter(
        name,
        OpenApiTypes.INT if whole_number else OpenApiTypes.STR,
        description=about,
        required=needed,
        enum=[str(word) for word in words] or None,
    )
