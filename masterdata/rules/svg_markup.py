"""The markup charts are made of: escaped, without inline styles, in the colour of the text around them."""

import re
from collections.abc import Sequence
from html import escape

WIDTH = 720
TEXT = 13

# What XML 1.0 cannot hold, such as the group separator of a scanned code.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")


def element(name: str, *inside: str, **attributes: str) -> str:
    """Attribute names: a trailing _ is dropped (class_), other _ become - (stroke_width)."""
    marks = "".join(
        f' {attribute.rstrip("_").replace("_", "-")}="{escape_text(value)}"' for attribute, value in attributes.items()
    )
    return f"<{name}{marks}>{''.join(inside)}</{name}>" if inside else f"<{name}{marks}/>"


def escape_text(words: str) -> str:
    """`words` fit for text and attributes of XML; characters that XML cannot hold are left out."""
    return escape(_NOT_XML.sub("", words), quote=True)


def written(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def text_at(
    words: str,
    x: float,
    y: float,
    *,
    anchor: str = "start",
    soft: bool = False,
    bold: bool = False,
    extra: str = "",
    full: str = "",
) -> str:
    classes = " ".join(name for name in ("chart-text", "chart-soft" if soft else "", extra) if name)
    inside = ([element("title", escape_text(full))] if full else []) + [escape_text(words)]
    weight = {"font_weight": "700"} if bold else {}
    return element(
        "text", *inside, class_=classes, x=written(x), y=written(y), text_anchor=anchor, fill="currentColor", **weight
    )


def upright(x: float, top: float, bottom: float, class_: str, dashes: str = "") -> str:
    return rule(class_, dashes, "1", "1", x1=written(x), x2=written(x), y1=written(top), y2=written(bottom))


def level_line(
    y: float, left: float, right: float, class_: str, *, dashes: str = "", width: str = "1", opacity: str = "1"
) -> str:
    return rule(class_, dashes, width, opacity, x1=written(left), x2=written(right), y1=written(y), y2=written(y))


def rule(class_: str, dashes: str, width: str, opacity: str, **ends: str) -> str:
    dashed = {"stroke_dasharray": dashes} if dashes else {}
    return element(
        "line", class_=class_, stroke="currentColor", stroke_width=width, stroke_opacity=opacity, **dashed, **ends
    )


def drawing(
    chart_id: str,
    title: str,
    description: str,
    height: float,
    drawn: Sequence[str],
    *,
    width: int = WIDTH,
    class_: str = "chart",
) -> str:
    if not _ID.match(chart_id):
        raise ValueError(f"{chart_id!r} cannot be the id of a chart: letters, digits, - and _, a letter first")
    return element(
        "svg",
        element("title", escape_text(title), id=f"{chart_id}-title"),
        element("desc", escape_text(description), id=f"{chart_id}-description"),
        *drawn,
        xmlns="http://www.w3.org/2000/svg",
        class_=class_,
        viewBox=f"0 0 {width} {written(height)}",
        width=str(width),
        height=written(height),
        role="img",
        aria_labelledby=f"{chart_id}-title {chart_id}-description",
        font_size=str(TEXT),
    )
