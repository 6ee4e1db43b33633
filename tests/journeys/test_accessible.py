"""axe-core finds nothing serious on any page, in any dialog or form, in light or dark."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from tests.journeys.conftest import Journey, signed_in
from tests.journeys.pages import PAGES

pytestmark = pytest.mark.journey
# Everything in one theme, colours in the other: nothing else hangs on it.
LOOK = """async theme => {
  document.documentElement.dataset.theme = theme;
  const only = theme === 'dark' ? {runOnly: ['color-contrast']} : {};
  const {violations} = await axe.run(document, {resultTypes: ['violations'], ...only});
  return violations.filter(v => ['serious', 'critical'].includes(v.impact)).flatMap(
    v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`));
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The checker itself, as its packagers ship it."""
    pytest.importorskip("axe_playwright_python")
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def still(browser: Any, address: str, axe: str) -> Iterator[Journey]:
    """A page of the demo that moves nothing: a colour on its way to another has no contrast."""
    with signed_in(browser, address) as journey:
        journey.page.emulate_media(reduced_motion="reduce")
        journey.page.context.add_init_script(axe)
        yield journey


def serious(journey: Journey) -> list[str]:
    """What axe-core finds in both themes."""
    return [
        f"{theme}: {one}"
        for theme in ("light", "dark")
        for one in journey.page.evaluate(LOOK, theme)
    ]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_and_its_dialogs(page: str, still: Journey) -> None:
    still.page.goto("about:blank")
    still.page.goto(f"{still.base}/#/{page}")
    still.page.locator("h1").first.wait_for()
    still.page.wait_for_load_state("networkidle")
    assert serious(still) == []
    # The bar and the nav are the same on all pages: their dialogs are looked at once.
    where = "[aria-haspopup=dialog]" if page == "overview" else "main [aria-haspopup=dialog]"
    for opener in still.page.locator(where).all():
        opener.click()
        still.page.locator("dialog[open]").wait_for()
        still.page.wait_for_load_state("networkidle")
        assert serious(still) == []
        still.page.keyboard.press("Escape")
        still.page.locator("dialog[open]").wait_for(state="hidden")


def test_the_forms_of_what_is_picked(still: Journey) -> None:
    still.page.goto("about:blank")
    still.page.goto(f"{still.base}/#/errors?run=int8")
    still.page.locator(".tile").first.wait_for()
    still.page.keyboard.press("s")
    for name in ("Tag…", "Note…", "Export…", "Subset…"):
        still.page.get_by_role("button", name=name).click()
        assert serious(still) == []
        still.page.get_by_role("button", name="Cancel").click()


def test_a_list_of_answers(browser: Any, tasks_address: str, axe: str) -> None:
    with signed_in(browser, tasks_address) as journey:
        journey.page.emulate_media(reduced_motion="reduce")
        journey.page.context.add_init_script(axe)
        journey.open("#/errors?run=answers")
        journey.page.locator(".tile").first.wait_for()
        assert serious(journey) == []
