"""Charts are well-formed SVG that says in words what it shows, and obey a strict content security policy."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from masterdata.rules.chart_svg import Bar, Level, Mark, Point, Step, line, ranked_bars, sparkline, waterfall

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"chart_id": "usage", "title": "Usage variance", "description": "Five parts of the whole"}

STEPS = [
    Step("Price", Decimal("120.50"), "+120.50"),
    Step("Yield", Decimal("-40.25"), "−40.25"),
    Step("Rounding", Decimal("0"), "0.00"),
    Step("Variance", Decimal("80.25"), "80.25", "total"),
]


def read(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def words_in(svg: str) -> list[str]:
    return [element.text or "" for element in read(svg).iter(f"{SVG}text")]


def every_chart() -> list[str]:
    return [
        waterfall(STEPS, **WORDS),
        ranked_bars([Bar("Spillage", 3, "3 kg"), Bar("Wrong label", 1, "1 kg")], cumulative=True, **WORDS),
        line(
            [Point("May", 1, "1.0"), Point("June", 3, "3.0", "above the limit")],
            levels=[Level(2, "UCL 2")],
            marks=[Mark(1, "CR-7")],
            **WORDS,
        ),
        sparkline([1, None, 3], **WORDS),
    ]


@pytest.mark.parametrize("svg", every_chart())
def test_every_chart_names_itself_for_screen_readers(svg):
    root = read(svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "usage-title usage-description"
    assert root.find(f"{SVG}title").text == "Usage variance"
    assert root.find(f"{SVG}desc").text == "Five parts of the whole"


@pytest.mark.parametrize("svg", every_chart())
def test_no_chart_needs_inline_styles_scripts_or_addresses(svg):
    for element in read(svg).iter():
        assert "style" not in element.attrib
        assert element.tag not in (f"{SVG}style", f"{SVG}script")
        assert not [name for name in element.attrib if name.startswith("on") or name.endswith("href")]


@pytest.mark.parametrize("svg", every_chart())
def test_every_shape_takes_the_colour_of_the_text_around_it(svg):
    colours = {element.get(name) for element in read(svg).iter() for name in ("fill", "stroke") if element.get(name)}
    assert colours <= {"currentColor", "none"}


@pytest.mark.parametrize("svg", every_chart())
def test_nothing_is_drawn_at_no_place(svg):
    assert not re.search(r'"(nan|inf|-inf)', svg)


def test_the_words_of_every_point_are_on_the_chart():
    words = words_in(waterfall(STEPS, **WORDS))
    for step in STEPS:
        assert step.label in words
        assert step.text in words


def test_words_are_escaped_whatever_they_hold():
    svg = ranked_bars([Bar('<script>"&', 1, "5 < 6")], chart_id="a", title="</title><b>", description="&amp;")
    assert "<script>" not in svg
    assert words_in(svg)[0] == '<script>"&'
    assert read(svg).find(f"{SVG}title").text == "</title><b>"
    assert read(svg).find(f"{SVG}desc").text == "&amp;"


def test_a_group_separator_from_a_scanner_does_not_break_the_chart():
    assert words_in(ranked_bars([Bar("01\u001d10", 1, "1")], **WORDS))[0] == "0110"


def test_a_waterfall_whose_parts_do_not_add_up_is_refused():
    with pytest.raises(ValueError, match="the parts add up to 3, not to 4"):
        waterfall([Step("A", 1, "1"), Step("B", 2, "2"), Step("All", 4, "4", "total")], **WORDS)


def test_a_waterfall_may_start_from_a_total():
    svg = waterfall(
        [Step("Standard", 100, "100", "total"), Step("Price", 5, "+5"), Step("Actual", 105, "105", "total")], **WORDS
    )
    assert "Actual" in words_in(svg)


def test_parts_of_a_waterfall_begin_where_the_part_before_ended():
    bars = list(read(waterfall(STEPS, **WORDS)).iter(f"{SVG}rect"))
    price, yielded = bars[0], bars[1]
    end_of_price = float(price.get("x")) + float(price.get("width"))
    end_of_yield = float(yielded.get("x")) + float(yielded.get("width"))
    assert end_of_yield == pytest.approx(end_of_price, abs=0.2)


def test_worse_and_better_differ_by_outline_and_not_by_colour_alone():
    worse, better = list(read(waterfall(STEPS, **WORDS)).iter(f"{SVG}rect"))[:2]
    assert (worse.get("class"), worse.get("stroke")) == ("chart-worse", None)
    assert (better.get("class"), better.get("stroke")) == ("chart-better", "currentColor")


def test_where_more_is_better_a_rise_is_drawn_as_better():
    first = next(read(waterfall(STEPS, more_is_worse=False, **WORDS)).iter(f"{SVG}rect"))
    assert first.get("class") == "chart-better"


def test_a_waterfall_below_zero_stays_on_the_drawing():
    svg = waterfall([Step("A", -5, "−5"), Step("B", -7, "−7"), Step("All", -12, "−12", "total")], **WORDS)
    for rect in read(svg).iter(f"{SVG}rect"):
        assert float(rect.get("x")) >= 0
        assert float(rect.get("width")) > 0


def test_a_pareto_shows_the_running_share_of_the_whole():
    svg = ranked_bars([Bar("A", 6, "6"), Bar("B", 3, "3"), Bar("C", 1, "1")], cumulative=True, **WORDS)
    assert [text for text in words_in(svg) if "Σ" in text] == ["6 · Σ 60 %", "3 · Σ 90 %", "1 · Σ 100 %"]


def test_bars_that_are_all_zero_are_drawn_without_shares():
    assert "Σ" not in ranked_bars([Bar("A", 0, "0")], cumulative=True, **WORDS)


def test_a_bar_below_zero_is_refused():
    with pytest.raises(ValueError, match="never below zero"):
        ranked_bars([Bar("A", -1, "−1")], **WORDS)


def test_a_flagged_point_is_a_diamond_with_its_figure_and_its_reason():
    svg = line([Point("1", 1, "1.0"), Point("2", 9, "9.0", "rule 1: beyond a limit")], **WORDS)
    flagged = [path for path in read(svg).iter(f"{SVG}path") if path.get("class") == "chart-flag"]
    assert [path.find(f"{SVG}title").text for path in flagged] == ["2: 9.0: rule 1: beyond a limit"]
    assert "9.0" in words_in(svg)


def test_a_gap_interrupts_the_line():
    svg = line([Point("1", 1, "1"), Point("2", None, ""), Point("3", 3, "3"), Point("4", 4, "4")], **WORDS)
    drawn = next(path for path in read(svg).iter(f"{SVG}path") if path.get("class") == "chart-line")
    assert drawn.get("d").count("M") == 2


def test_limits_and_marks_are_labelled():
    svg = line(
        [Point("1", 1, "1"), Point("2", 2, "2")],
        levels=[Level(3, "UCL 3"), Level(2, "mean 2", "mean")],
        marks=[Mark(1, "CR-0042")],
        **WORDS,
    )
    assert {"UCL 3", "mean 2", "CR-0042"} <= set(words_in(svg))


def test_a_single_point_and_a_flat_line_can_be_drawn():
    assert "1.00" in line([Point("1", 1, "1.00", "alone")], **WORDS)
    assert "nan" not in line([Point("1", 0, "0"), Point("2", 0, "0")], **WORDS)


def test_labels_below_are_thinned_until_they_fit():
    svg = line([Point(f"2026-05-{day:02}", day, str(day)) for day in range(1, 31)], **WORDS)
    assert 2 < len([words for words in words_in(svg) if words.startswith("2026")]) < 10


def test_a_long_label_is_cut_and_still_there_in_full():
    name = "A component whose name is longer than any column of a chart"
    svg = ranked_bars([Bar(name, 1, "1")], **WORDS)
    text = next(read(svg).iter(f"{SVG}text"))
    assert text.find(f"{SVG}title").text == name
    assert len("".join(text.itertext()).removeprefix(name)) <= 30


def test_no_figures_give_an_empty_chart_that_still_has_its_title():
    for svg in (waterfall([], **WORDS), ranked_bars([], **WORDS), line([], **WORDS), sparkline([None], **WORDS)):
        assert read(svg).find(f"{SVG}title").text == "Usage variance"


def test_an_id_that_could_break_out_of_its_attribute_is_refused():
    with pytest.raises(ValueError, match="cannot be the id"):
        sparkline([1], chart_id='a" onload="', title="t", description="d")


def test_round_figures_at_the_side_all_have_the_same_decimals():
    svg = line([Point("1", Decimal("1.93"), "1.93"), Point("2", Decimal("2.31"), "2.31")], **WORDS)
    assert [words for words in words_in(svg) if "." in words] == ["1.9", "2.0", "2.1", "2.2", "2.3", "2.4"]


def test_large_round_figures_are_written_out():
    svg = line([Point("1", 0, "0"), Point("2", 40000, "40,000")], **WORDS)
    assert "40000" in words_in(svg)


def test_two_marks_side_by_side_have_their_labels_on_two_rows():
    svg = line([Point(str(n), n, str(n)) for n in range(9)], marks=[Mark(3, "CR-1"), Mark(4, "CR-2")], **WORDS)
    rows = {text.text: text.get("y") for text in read(svg).iter(f"{SVG}text")}
    assert rows["CR-1"] != rows["CR-2"]


def test_a_chart_keeps_to_the_width_it_is_given():
    svg = ranked_bars([Bar("A", 1, "1")], width=520, **WORDS)
    assert read(svg).get("viewBox").split()[2] == "520"
    for rect in read(svg).iter(f"{SVG}rect"):
        assert float(rect.get("x")) + float(rect.get("width")) <= 520
