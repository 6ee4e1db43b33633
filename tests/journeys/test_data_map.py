"""The data map in a real browser: selecting, similar ones, duplicates, and nothing to show."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from boxscore.project import Project
from tests.journeys.conftest import Journey, served, signed_in
from tests.journeys.test_first_look import OVERFLOW
from tests.planted_copy import demo_with_a_copy

pytestmark = pytest.mark.journey
STAGE = ".map-stage canvas"
TILES = """() => {
  const pictures = [...document.querySelectorAll('.small-tile img')];
  return pictures.length > 0 && pictures.every((p) => p.complete && p.naturalWidth > 0);
}"""


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The demo with embeddings that say the class, and two images that are nearly the same."""
    folder = tmp_path_factory.mktemp("map")
    project, other = demo_with_a_copy(folder)
    random = np.random.default_rng(0)
    classes = project.ground_truth.table["class_id"]
    centres = random.normal(size=(80, 16)) * 3
    np.save(folder / "objects.npy", centres[classes] + random.normal(size=(classes.size, 16)))
    images = random.normal(size=(41, 32))
    images[other] = images[0] + 0.01
    np.save(folder / "images.npy", images)
    project.import_embeddings(folder / "objects.npy", of="objects")
    project.import_embeddings(folder / "images.npy")
    return project


@pytest.fixture(scope="module")
def map_address(browser: Any, embedded: Project) -> Iterator[str]:
    with served(embedded.path) as found:
        yield found


@pytest.fixture
def mapped(browser: Any, map_address: str) -> Iterator[Journey]:
    with signed_in(browser, map_address) as found:
        yield found


def drag(page: Any, corners: list[tuple[float, float]]) -> None:
    """Draw on the map; corners are shares of its width and height."""
    box = page.locator(STAGE).bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


def test_failures_are_selected_on_the_map_and_opened(mapped: Journey, embedded: Project) -> None:
    mapped.open("#/overview")
    page = mapped.page
    page.get_by_role("link", name=re.compile("Data map")).click()
    told = embedded.map("objects", run="float32")
    counted = [o for o in told["outcome"] if o]
    expect(page.locator(".map-legend")).to_contain_text(f"missed {counted.count(2)}")
    drag(page, [(0.02, 0.02), (0.98, 0.98)])
    recall = page.get_by_test_id("selection-recall")
    expect(recall).to_contain_text(f"({counted.count(1)} of {len(counted)})")
    page.get_by_role("radio", name="Lasso").click()
    drag(page, [(0.1, 0.1), (0.6, 0.05), (0.55, 0.9), (0.3, 0.4), (0.1, 0.9)])
    expect(page.get_by_role("region", name="Selection")).to_contain_text(re.compile("objects on"))
    assert int(re.findall(r"of (\d+)\)", recall.inner_text())[0]) < len(counted)
    page.wait_for_function(TILES)
    chosen = page.get_by_role("button", name=re.compile("Open .* in Errors"))
    images = int(re.findall(r"\d+", chosen.inner_text())[0])
    chosen.click()
    page.wait_for_url(re.compile("errors.*slice=item="))
    expect(page.get_by_test_id("slice-images")).to_have_text(f"{images} of 41 images")


def test_unusual_images_are_selected(mapped: Journey, embedded: Project) -> None:
    outliers = embedded.findings(pixels=False)["outliers"]
    area = next(one for one in outliers if one["metric"] == "area" and one["run"] is None)
    count = area["moderate"] + area["severe"]
    mapped.open("#/map?mode=images")
    card = mapped.page.get_by_role("region", name="Quality outliers")
    part = card.get_by_role("region", name="Area", exact=True)
    part.get_by_role("button", name=f"{count} images").click()
    selection = mapped.page.get_by_role("region", name="Selection")
    expect(selection).to_contain_text(f"{count} images")
    part.locator(".small-tile").first.click()
    mapped.page.wait_for_url(re.compile(r"sel=\d+"))


def test_groups_are_selected_by_keyboard(mapped: Journey, embedded: Project) -> None:
    mapped.open("#/map?run=int8")
    page = mapped.page
    first = page.locator(".map-groups button").first
    size = int(first.locator("span").inner_text())
    first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Selection")).to_contain_text(f"{size} objects")
    page.get_by_role("region", name="Selection").get_by_role("button", name="Clear").click()
    expect(page.get_by_role("region", name="Selection")).to_have_count(0)


def test_escape_leaves_the_selection_of_the_map_before_the_filter(mapped: Journey) -> None:
    mapped.open("#/map?cls=0")
    page = mapped.page
    page.locator(".map-groups .chip").first.click()
    selection = page.get_by_role("region", name="Selection")
    expect(selection).to_be_visible()
    page.locator("main").press("Escape")
    expect(selection).to_have_count(0)
    assert "cls=0" in page.url
    page.locator("main").press("Escape")
    page.wait_for_url(lambda url: "cls=" not in url)


def test_images_with_their_likes_and_a_leak(mapped: Journey, embedded: Project) -> None:
    mapped.open("#/map?mode=images")
    page = mapped.page
    expect(page.locator(".map-picture")).to_have_count(41)
    leak = embedded.leakage("float32")["parts"][0]["leaked"]
    verdict = page.get_by_test_id("duplicates")
    expect(verdict).to_contain_text("1 lie in two splits: 2 images leak")
    expect(verdict).to_contain_text(f"AP {leak['metrics']['AP']:.3f}".replace("0.", ".", 1))
    page.locator(".map-pair button").first.click()
    page.wait_for_url(re.compile("sel=0"))
    near = page.get_by_role("region", name="Similar images")
    expect(near.locator(".small-tile b").first).to_have_text("1.00")
    near.get_by_role("button", name="Open the 20 most similar in Errors").click()
    expect(page.get_by_test_id("slice-images")).to_have_text("21 of 41 images")


def test_without_embeddings_the_command_is_told(journey: Journey) -> None:
    journey.open("#/map")
    main = journey.page.locator("main")
    expect(main).to_contain_text("No objects are embedded yet")
    expect(main.locator(".empty code").last).to_have_text("boxscore embed")
    expect(main).to_contain_text("No two images have the same bytes")


@pytest.mark.parametrize("mode", ["objects", "images"])
def test_nothing_sticks_out(mapped: Journey, mode: str) -> None:
    mapped.page.set_viewport_size({"width": 1280, "height": 800})
    mapped.open(f"#/map?mode={mode}")
    mapped.page.locator(STAGE).wait_for()
    assert mapped.page.evaluate(OVERFLOW, "main") <= 0


def test_the_page_embeds_what_is_not(browser: Any, demo_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    shutil.copytree(demo_folder, tmp_path / "demo")
    with served(tmp_path / "demo") as address, signed_in(browser, address) as journey:
        journey.open("#/map")
        journey.page.get_by_role("button", name="Embed them now").click()
        expect(
            journey.page.get_by_role("main").get_by_role("button", name="Cancel")
        ).to_be_visible()
        expect(journey.page.locator(STAGE)).to_be_visible()
