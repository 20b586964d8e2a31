"""The look holds its promises: readable colours, no inline code, every drawing there, every component shown."""

import re
from inspect import unwrap
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from masterdata.rules.refusal import Refusal
from variance.web.style_guide import style_guide

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
STATIC = Path(settings.BASE_DIR) / "static"
BASE = (Path(settings.BASE_DIR) / "templates" / "base.html").read_text()
STYLES = [STATIC / found for found in re.findall(r"css/[a-z]+\.css", BASE)]  # what every screen loads
ICONS = STATIC / "icons.svg"

SOMEBODY = SimpleNamespace(is_authenticated=True, is_active=True, name="Ines Halloran", roles=["operator", "qa"])


def guide(size: str = "desk") -> str:
    request = RequestFactory().get("/style-guide", {"size": size})
    request.user = SOMEBODY
    return unwrap(style_guide)(request).content.decode()  # who may open it is the walk of roles to say


def name_of(path: Path) -> str:
    return str(path.relative_to(Path(settings.BASE_DIR) / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_template_can_be_read(path):
    assert get_template(name_of(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_template_needs_what_the_security_policy_refuses(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), "inline style"
    assert not re.search(r"\son[a-z]+\s*=", text), "inline handler"
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), "inline script"
    assert "<style" not in text
    assert "hx-on" not in text
    assert "js:" not in text
    assert not re.search(r'hx-trigger="[^"]*\[', text), "htmx would have to evaluate the filter"


def test_every_icon_that_is_named_is_drawn():
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', ICONS.read_text()))
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(r'components/icon\.html" with name="([a-z]+)"', path.read_text())
    }
    assert named - drawn == set()


def test_the_style_guide_shows_every_component_in_light_and_in_dark():
    page = guide()
    for theme in ("light", "dark"):
        assert f'data-theme="{theme}" aria-label="{theme}"' in page
    components = {path.stem for path in TEMPLATES if path.parent.name == "components"}
    shown = set(
        re.findall(
            r"components/([a-z_]+)\.html",
            "".join(path.read_text() for path in TEMPLATES if path.stem not in ("live",)),
        )
    )
    assert components - shown == set()


@pytest.mark.parametrize("size", ["desk", "floor"])
def test_the_style_guide_has_no_id_twice(size):
    ids = re.findall(r'\sid="([^"]+)"', guide(size))
    assert sorted(found for found in set(ids) if ids.count(found) > 1 and not found.startswith("id_")) == []


def test_the_header_names_who_is_signed_in_and_as_what():
    page = guide()
    assert "<b>Ines Halloran</b>" in page
    assert "<span>Operator, QA</span>" in page


@pytest.mark.parametrize("code", ["400", "403", "404", "500"])
def test_an_error_page_needs_nothing_from_the_request_and_shows_a_way_back(code):
    page = render_to_string(f"{code}.html")
    assert "To the start page" in page
    assert 'class="rail"' not in page


def test_every_refusal_is_shown_with_its_remedy_and_only_the_first_is_heard():
    refusals = [
        Refusal("a", "Lot <B-214> expired.", "B-214", "Stage B-221."),
        Refusal("b", "Not cleared.", "", "Clear it."),
    ]
    page = render_to_string("components/refusals.html", {"refusals": refusals, "sound": True})
    assert "Lot &lt;B-214&gt; expired." in page
    assert "Stage B-221." in page
    assert "Clear it." in page
    assert page.count('data-sound="refused"') == 1


def test_sorting_a_table_keeps_its_filters_and_returns_to_the_first_page():
    request = RequestFactory().get("/lots", {"status": "held", "page": "3", "sort": "code"})
    columns = [{"label": "Lot", "sort": "code"}, {"label": "Item", "sort": "item"}, {"label": "Bin"}]
    page = render_to_string("components/table_head.html", {"columns": columns, "sort": "code"}, request)
    assert 'href="?status=held&amp;sort=-code"' in page
    assert 'href="?status=held&amp;sort=item"' in page
    assert page.count('aria-sort="ascending"') == 1


def test_a_decimal_comma_of_the_language_does_not_break_a_progress_bar():
    from django.utils import translation

    with translation.override("de"):
        page = render_to_string("components/progress.html", {"value": 1240.5, "most": 2000, "name": "WO-1"})
    assert 'value="1240.5"' in page


# Colours


def tokens() -> dict[str, tuple[str, str]]:
    """Every colour token as (light, dark)."""
    text = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text()
    both = {name: pair for name, *pair in re.findall(r"--([a-z-]+): light-dark\((#\w{6}), (#\w{6})\);", text)}
    same = {name: (colour, colour) for name, colour in re.findall(r"--([a-z-]+): (#\w{6});", text)}
    return {**both, **same}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


GROUNDS = ("ground", "surface", "sunken", "raised")
TONES = ("good", "soon", "blocked", "held", "idle")
READ = [
    *((ink, ground) for ink in ("ink", "ink-soft", "accent", *TONES) for ground in GROUNDS),
    *((tone, f"{tone}-wash") for tone in TONES),
    *(("ink", f"{tone}-wash") for tone in TONES),
    *((f"{tone}-ink", f"{tone}-solid") for tone in TONES),
    ("accent", "accent-wash"),
    ("ink", "accent-wash"),
    ("ink-soft", "accent-wash"),
    ("accent-ink", "accent-solid"),
    ("accent-ink", "accent-solid-hover"),
    ("bar-ink", "bar"),
    ("bar-soft", "bar"),
    ("bar-soft", "bar-field"),
]
SEEN = [
    *(("line-strong", ground) for ground in GROUNDS),
    *(("focus", ground) for ground in GROUNDS),
    ("bar-line", "bar"),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), READ, ids=lambda name: name)
def test_words_can_be_read_on_what_they_stand_on(ink, ground, theme):
    assert contrast(tokens()[ink][theme], tokens()[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), SEEN, ids=lambda name: name)
def test_edges_of_controls_and_the_focus_can_be_seen(edge, ground, theme):
    assert contrast(tokens()[edge][theme], tokens()[ground][theme]) >= 3


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_colours_are_named_once_and_used_by_name(path):
    if path.name in ("tokens.css", "print.css"):
        return
    allowed = {"#2e9cc0", "#07161c", "#8fc0ff", "#0b0f11"}  # the mark, and the focus on the bar, which is always dark
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", path.read_text())) <= allowed
