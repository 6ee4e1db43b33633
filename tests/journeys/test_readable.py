"""What is written can be read: no text under 11 pixels, however narrow the card of a drawing is."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Journey

pytestmark = pytest.mark.journey
SMALL = """() => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const {width, height} = element.getBoundingClientRect();
    if (!texts.currentNode.textContent.trim() || !width || !height) continue;
    const matrix = element.ownerSVGElement ? element.getScreenCTM() : {a: 1, b: 0};
    const size = parseFloat(getComputedStyle(element).fontSize) * Math.hypot(matrix.a, matrix.b);
    if (size && size < 10.9) found.push(`${texts.currentNode.textContent}: ${size.toFixed(1)} px`);
  }
  return found;
}"""


@pytest.mark.parametrize(
    ("page", "drawn"),
    [
        ("overview", ".chart text"),
        ("slices", ".bin-chart text"),
        ("metrics?metric=area", ".histogram text"),
        ("drift", ".overlay-chart text"),
        ("imports", ".histogram text"),
    ],
)
def test_no_text_is_small(page: str, drawn: str, journey: Journey) -> None:
    journey.open(f"#/{page}")
    expect(journey.page.locator(drawn).first).to_be_visible()
    for width in (1600, 1366, 1280):
        journey.page.set_viewport_size({"width": width, "height": 900})
        assert journey.page.evaluate(SMALL) == []


def test_every_page_has_a_title_and_opens_beside(journey: Journey) -> None:
    journey.open("#/errors?outcome=fn")
    page = journey.page
    expect(page).to_have_title("Errors · demo · Boxscore")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Compare").click(modifiers=["Control"])
    expect(opened.value).to_have_title("Compare · demo · Boxscore")
    expect(page).to_have_title("Errors · demo · Boxscore")


def test_a_link_is_copied_where_the_browser_hides_its_clipboard(journey: Journey) -> None:
    page = journey.page
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    journey.open("#/errors?outcome=fn")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.get_by_role("button", name="All classes").click()
    page.get_by_label("Find a class").press("Control+V")
    expect(page.get_by_label("Find a class")).to_have_value(page.url)
