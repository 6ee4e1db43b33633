"""A real server on loopback with the demo, and a real browser; both end with the tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect, sync_playwright

from tests.journeys.tasks_project import make

PATIENCE_MS = 60_000
"""What a journey waits for comes at once on a quiet machine; no journey fails on a busy one."""

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
]

SLOWER = float(os.environ.get("BOXSCORE_SLOW_BROWSER", 0))
"""How many times slower the browser computes, its answers late too: finds what waits too little."""
LATE = """
const asked = window.fetch;
window.fetch = async (...what) => {
  const answer = await asked(...what);
  await new Promise(go => setTimeout(go, Math.random() * 600));
  return answer;
};
"""


@contextmanager
def served(project: Path) -> Iterator[str]:
    """The address that `boxscore start` printed for a project, with its token."""
    program = Path(sys.executable).with_name("boxscore")
    command = [str(program), "start", "-t", str(project), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found is not None
        try:
            yield found[0]
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def address(demo_folder: Path) -> Iterator[str]:
    """The demo."""
    with served(demo_folder) as found:
        yield found


@pytest.fixture(scope="session")
def tasks_address(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A project with a run of masks and a run of answers."""
    with served(make(tmp_path_factory.mktemp("tasks"))) as found:
        yield found


@dataclass
class Journey:
    """A page, and everything that went wrong on it."""

    page: Any
    base: str
    problems: list[str] = field(default_factory=list)

    def open(self, hash_: str) -> None:
        """Show a view of the app and wait until it is quiet."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.base}/{hash_}")
        self.page.wait_for_load_state("networkidle")
        self.page.locator(".bar-counts").wait_for(state="attached")

    def expect_counts(self, expected: Mapping[str, int]) -> None:
        """Wait until the bar shows these TP, FP and FN; others may be listed too."""
        words = r"\D+".join(r"\s?".join(str(expected[name])) for name in ("tp", "fp", "fn"))
        expect(self._counts()).to_have_text(re.compile(rf"^\D*{words}\D*$"))

    def counts(self) -> dict[str, int]:
        """TP, FP and FN of the bar, when they are those of the question asked last."""
        self._counts().locator("button").first.wait_for()
        text = self._counts().inner_text()
        numbers = [int(n) for n in re.findall(r"\d+", text.replace("\u202f", ""))]
        return dict(zip(("tp", "fp", "fn"), numbers, strict=True))

    def _counts(self) -> Locator:
        counts: Locator = self.page.locator(".bar-counts:not(.stale)")
        return counts


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not on this machine")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@contextmanager
def signed_in(browser: Any, address: str, *, live: bool = False) -> Iterator[Journey]:
    """A signed-in page; fails at its end if the console or the content policy complained.

    Args:
        live: Listen to events; such a page never gets as quiet as `open` waits for.
    """
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, color_scheme="light")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    if SLOWER:
        page.add_init_script(LATE)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    found = Journey(page, address.split("/?")[0])
    if not live:
        page.add_init_script("delete window.EventSource")

    def heard(message: Any) -> None:
        if message.type in ("error", "warning"):
            found.problems.append(f"{message.text} {message.location['url']}")

    page.on("console", heard)
    page.on("pageerror", lambda e: found.problems.append(str(e)))
    page.on("dialog", lambda d: found.problems.append(f"dialog: {d.message}"))
    page.goto(address)
    yield found
    context.close()
    assert found.problems == []


@pytest.fixture
def journey(browser: Any, address: str) -> Iterator[Journey]:
    """A page of the demo."""
    with signed_in(browser, address) as found:
        yield found


@pytest.fixture
def tasks(browser: Any, tasks_address: str) -> Iterator[Journey]:
    """A page of the project with masks and answers."""
    with signed_in(browser, tasks_address) as found:
        yield found
