"""Searching by a description in a real browser, and what a project says that cannot."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from boxscore.project import Project
from tests.journeys.conftest import Journey, served, signed_in
from tests.journeys.test_first_look import OVERFLOW
from tests.quality.tiny_models import open_clip_folder

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore")]
TEXT = "a dog on a sofa"


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory, demo_folder: Any) -> Project:
    """The demo: images by a text-image model with random weights, objects by vectors alone."""
    folder = tmp_path_factory.mktemp("described")
    shutil.copytree(demo_folder, folder / "demo")
    project = Project.open(folder / "demo")
    model = open_clip_folder(folder / "clip")
    project.embed(of=["images"], model=model, device="cpu", maps=False)
    np.save(folder / "v.npy", np.random.default_rng(0).normal(size=(project.ground_truth.rows, 4)))
    project.import_embeddings(folder / "v.npy", of="objects")
    return project


@pytest.fixture
def searched(browser: Any, described: Project) -> Iterator[Journey]:
    with served(described.path) as address, signed_in(browser, address) as found:
        yield found


def test_a_description_finds_images(searched: Journey, described: Project) -> None:
    searched.open("#/map")
    page = searched.page
    card = page.get_by_role("region", name="Search by text")
    expect(card).to_contain_text("embedded by v.npy, which knows no text")
    expect(card.locator("code").last).to_have_text(described.embedding_state()["text_command"])
    page.get_by_role("radio", name="Images").click()
    card.get_by_label("Description").fill(TEXT)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("text=a"))
    found = described.search(TEXT, top=24)
    told = page.get_by_test_id("text-found")  # the first search loads torch and the model
    expect(told).to_have_text("The 24 that fit best, of 41 images")
    tiles = card.locator(".small-tile")
    assert [tile.get_attribute("title") for tile in tiles.all()] == [
        place["title"] for place in found["places"]
    ]
    assert page.evaluate(OVERFLOW, "main") <= 0
    tiles.first.click()
    page.wait_for_url(re.compile(f"sel={found['places'][0]['row']}(&|$)"))
    page.reload()
    expect(card.locator(".small-tile")).to_have_count(24)
    card.get_by_role("button", name="Open these 24 images in Errors").click()
    expect(page.get_by_test_id("slice-images")).to_have_text("24 of 41 images")
