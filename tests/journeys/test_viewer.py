"""The viewer: pairs, panes in step, sequences, in a real browser by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from boxscore.project import Project
from tests.journeys.conftest import Journey, served, signed_in
from tests.journeys.sequence_project import FRAMES, INVENTED, MISSED, SWAPPED, make

pytestmark = pytest.mark.journey
CARD = "object-card"
PAINTED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some(value => value > 0);
}"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of one sequence."""
    return Project.open(str(make(tmp_path_factory.mktemp("film"))))


@pytest.fixture(scope="module")
def film_address(film: Project) -> Iterator[str]:
    """It is served."""
    with served(film.path) as address:
        yield address


@pytest.fixture
def walking(browser: Any, film_address: str) -> Iterator[Journey]:
    """A page of it."""
    with signed_in(browser, film_address) as found:
        yield found


def scales(journey: Journey) -> set[str]:
    """Zoom and place of all panes: one when they are in step."""
    stages = journey.page.get_by_test_id("stage")
    return {
        f"{stages.nth(k).get_attribute('data-scale')} {stages.nth(k).get_attribute('data-centre')}"
        for k in range(stages.count())
    }


def at_middle(journey: Journey, stage: int = 0) -> None:
    """The mouse to the middle of a pane."""
    box = journey.page.get_by_test_id("stage").nth(stage).bounding_box()
    assert box is not None
    journey.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_hovering_a_mark_tells_its_pair_and_the_reason(journey: Journey) -> None:
    journey.open("#/errors?outcome=fp&kind=class")
    page = journey.page
    canvas = page.locator(".stage canvas")
    expect(canvas).to_have_attribute("data-strong", re.compile(r"^A:P\d+ G\d+"))
    assert canvas.evaluate(PAINTED)
    expect(page.get_by_test_id(CARD)).to_have_count(0)
    at_middle(journey)
    card = page.get_by_test_id(CARD)
    expect(card).to_contain_text(re.compile("Wrong class|Correct|Missed|Poor box|Duplicate"))
    expect(page.locator('.object-list [aria-selected="true"]')).to_have_count(1)
    wrong = page.get_by_role("option").filter(has_text="Wrong class").first
    wrong.hover()
    expect(card).to_contain_text(re.compile(r"Predicted.*at \.\d\d.*Label.*IoU.*\.\d{3}", re.S))
    expect(card).to_contain_text("wrong class: overlaps a")
    expect(canvas).to_have_attribute("data-strong", re.compile(r"^A:P\d+ .*G\d+|^A:P\d+ G\d+"))
    assert page.locator(".object-list .linked").count() >= 2
    page.mouse.move(5, 5)
    expect(card).to_have_count(0)


def test_the_objects_of_an_image_by_keyboard(journey: Journey) -> None:
    journey.open("#/errors?outcome=fn")
    page = journey.page
    options = page.get_by_role("option")
    options.first.wait_for()
    page.keyboard.press("o")
    expect(options.first).to_be_focused()
    card = page.get_by_test_id(CARD)
    for key, row in (("ArrowDown", 1), ("End", options.count() - 1), ("ArrowUp", -2), ("Home", 0)):
        page.keyboard.press(key)
        at = options.nth(row % options.count())
        expect(at).to_be_focused()
        expect(at).to_have_attribute("aria-selected", "true")
        expect(card).to_contain_text(at.locator("bdi").inner_text())
    assert "sel=" not in page.url  # the grid stays where it is
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    expect(card).to_be_visible()  # what was chosen stays


def test_panes_of_a_run_and_of_two_are_in_step(journey: Journey) -> None:
    journey.open("#/errors?zoom=0&wide=1")
    page = journey.page
    page.get_by_role("radio", name="Predictions beside labels").click()
    page.wait_for_url(re.compile("panes=2"))
    expect(page.get_by_test_id("stage")).to_have_count(2)
    page.get_by_role("radio", name="Both runs beside the labels").click()
    expect(page.get_by_test_id("stage")).to_have_count(3)
    assert scales(journey) == {"1.000 0.5000,0.5000"}
    at_middle(journey, 1)
    page.mouse.wheel(0, -400)
    expect(page.get_by_test_id("stage").first).to_have_attribute("data-scale", "2.718")
    page.mouse.down()
    page.mouse.move(900, 300, steps=3)
    page.mouse.up()
    assert len(scales(journey)) == 1 and scales(journey) != {"2.718 0.5000,0.5000"}
    page.get_by_test_id("stage").nth(2).focus()
    page.keyboard.press("-")
    expect(page.get_by_test_id("stage").first).to_have_attribute("data-scale", "1.812")
    assert "conf=" not in page.url  # the page's own key for the confidence is not meant there
    page.keyboard.press("0")
    assert scales(journey) == {"1.000 0.5000,0.5000"}
    page.keyboard.press("w")
    expect(page.locator(".facets")).to_be_visible()


def test_the_zoom_is_kept_if_asked(journey: Journey) -> None:
    journey.open("#/errors?zoom=0")
    page = journey.page
    stage = page.get_by_test_id("stage")
    stage.focus()
    page.keyboard.press("+")
    expect(stage).to_have_attribute("data-scale", "1.500")
    page.keyboard.press("j")
    expect(stage).to_have_attribute("data-scale", "1.000")
    stage.focus()
    page.keyboard.press("+")
    page.keyboard.press("l")
    page.wait_for_url(re.compile("keep=1"))
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(stage).to_have_attribute("data-scale", "1.500")


def test_both_panes_of_a_comparison_zoom_in_step(journey: Journey) -> None:
    journey.open("#/compare?run=float32&other=int8&zoom=0")
    page = journey.page
    stages = page.get_by_test_id("stage")
    expect(stages).to_have_count(2)
    stages.first.focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    expect(stages.nth(1)).to_have_attribute("data-scale", "1.500")
    assert len(scales(journey)) == 1
    page.get_by_role("radio", name="Both runs beside the labels").click()
    expect(stages).to_have_count(3)
    expect(stages.nth(2).locator("canvas")).to_have_attribute("data-strong", re.compile(r"G\d+"))
    page.keyboard.press("j")
    page.wait_for_url(re.compile("sel=G"))
    assert scales(journey) == {"1.000 0.5000,0.5000"}


def test_picking_and_jumping_by_keyboard(journey: Journey) -> None:
    journey.open("#/errors")
    page = journey.page
    page.locator(".tile").first.wait_for()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_test_id("picked")).to_have_text("1 object picked")
    page.keyboard.press("x")
    expect(page.get_by_test_id("picked")).to_have_text("Nothing picked")
    assert "run=int8" not in page.url
    page.keyboard.press("g")
    page.keyboard.press("g")
    expect(page.locator(".tile").first).to_be_focused()
    page.keyboard.press("b")
    page.wait_for_url(re.compile("run=int8"))
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_contain_text("previous, next frame")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)


def test_a_sequence_is_gone_through_by_its_errors(walking: Journey, film: Project) -> None:
    counts = film.frames("tracker")
    assert [k + 1 for k, n in enumerate(counts["fn"]) if n] == list(MISSED)
    assert [k + 1 for k, n in enumerate(counts["fp"]) if n] == list(INVENTED)
    assert [k + 1 for k, n in enumerate(counts["switches"]) if n] == [SWAPPED]
    assert counts["switches"][SWAPPED - 1] == 2
    walking.open("#/errors?outcome=fn")
    page = walking.page
    timeline, frame = (
        page.get_by_role("slider", name="Frames of walk"),
        page.get_by_test_id("frame"),
    )
    expect(frame).to_have_text(f"Frame {MISSED[0]} of {FRAMES}")
    box = timeline.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * (SWAPPED - 0.5) / FRAMES, box["y"] + 9)
    expect(frame).to_have_text(f"Frame {SWAPPED} of {FRAMES}")
    expect(timeline).to_have_attribute("aria-valuetext", re.compile("2 switches$"))
    page.wait_for_url(re.compile("at="))
    page.reload()
    expect(frame).to_have_text(f"Frame {SWAPPED} of {FRAMES}")
    timeline.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    expect(frame).to_have_text(f"Frame {FRAMES} of {FRAMES}")
    expect(page.get_by_role("button", name="Next frame")).to_be_disabled()
    page.keyboard.press("Home")
    page.keyboard.press(",")
    expect(frame).to_have_text(f"Frame 1 of {FRAMES}")
    page.wait_for_function("() => document.querySelector('.stage img')?.naturalWidth === 320")
    page.keyboard.press("j")  # another object: its own frame again
    expect(frame).to_have_text(f"Frame {MISSED[1]} of {FRAMES}")


def test_a_sequence_plays_to_its_end(walking: Journey) -> None:
    walking.open("#/errors?outcome=fp")
    page = walking.page
    frame = page.get_by_test_id("frame")
    expect(frame).to_have_text(f"Frame {INVENTED[0]} of {FRAMES}")
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(frame).to_have_text(f"Frame {FRAMES} of {FRAMES}")
    play = page.get_by_role("button", name="Play")
    play.click()  # from the start again
    expect(frame).to_have_text(re.compile(f"Frame [2-9] of {FRAMES}"))
    page.keyboard.press("p")
    expect(play).to_be_visible()


def test_frames_outside_the_filter_are_there_without_counts(walking: Journey) -> None:
    walking.open("#/errors?slice=item=4..12&outcome=fp")
    page = walking.page
    timeline = page.get_by_role("slider", name="Frames of walk")
    expect(timeline).to_have_attribute("aria-valuetext", re.compile("1 false"))
    expect(timeline.locator("path.outside")).to_have_attribute("d", re.compile("^M0.00 0h"))
    timeline.focus()
    page.keyboard.press("End")
    expect(page.get_by_test_id("frame")).to_have_text(f"Frame {FRAMES} of {FRAMES}")
    expect(timeline).to_have_attribute("aria-valuetext", re.compile("outside the filter$"))
