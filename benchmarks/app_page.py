"""The app in a real browser: how much the first load sends, when it can be used, grids, a map."""

from __future__ import annotations

import gzip
import json
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.app_server import Server

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
READY = ".bar-counts b"
"""The counts of the chosen run: with them every control works."""
FRAMES = """
async (rounds) => {
  const canvas = document.querySelector("canvas");
  const box = canvas.getBoundingClientRect(), spent = [];
  for (let k = 0; k < rounds; k++) {
    const start = performance.now();
    canvas.dispatchEvent(new WheelEvent("wheel", { bubbles: true, cancelable: true,
      clientX: box.x + box.width / 2, clientY: box.y + box.height / 2,
      deltaY: k % 2 ? 12 : -12 }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    spent.push(performance.now() - start);
  }
  return spent;
}
"""

SCROLL = """
async (rounds) => {
  const grid = document.querySelector(".tiles-scroll"), seen = new Set();
  const height = grid.querySelector(".tiles-row").getBoundingClientRect().height + 8;
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  let tiles = 0;
  const start = performance.now();
  for (let k = 0; k < rounds; k++) {
    grid.scrollTop += 3 * height;
    do {
      await frame();
      for (const tile of grid.querySelectorAll(".tile:not(.waiting)"))
        if (!seen.has(tile)) seen.add(tile), tiles++;
    } while (grid.querySelector(".tile.waiting"));
  }
  return [tiles, performance.now() - start];
}
"""


@dataclass(frozen=True, slots=True)
class FirstLoad:
    """What a browser with an empty cache went through.

    Attributes:
        sent: Bytes of documents, scripts, styles and fonts as they were sent, and as gzip.
        interactive: Milliseconds from the address to usable controls.
    """

    sent: int
    compressed: int
    interactive: float


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield found
        finally:
            found.close()


def first_load(chromium: Any, server: Server) -> FirstLoad:
    """Open the address that was printed, with nothing in the cache."""
    context = chromium.new_context(viewport={"width": 1600, "height": 1000})
    context.add_init_script("delete window.EventSource")
    page, bodies = context.new_page(), []
    own = ("document", "script", "stylesheet", "font")
    page.on("response", lambda r: bodies.append(r) if r.request.resource_type in own else None)
    page.goto(f"http://127.0.0.1:{server.port}/?token={server.token}")
    page.locator(READY).first.wait_for()
    interactive = page.evaluate("performance.now()")
    page.wait_for_timeout(1500)  # the last font; answers of the API do not count
    sent = sum(r.request.sizes()["responseBodySize"] for r in bodies)
    content = [r.body() for r in bodies if r.ok]
    context.close()
    packed = sum(min(len(gzip.compress(body)), len(body)) for body in content)
    return FirstLoad(sent, packed, interactive)


def grid_scrolled(chromium: Any, server: Server, view: str, rounds: int) -> tuple[float, float]:
    """Scroll a grid three rows at a time, each as soon as the tiles before are all there.

    Returns:
        Tiles a second, and CPU milliseconds of the page's main thread for each tile.
    """
    context = chromium.new_context(viewport={"width": 1600, "height": 1000})
    context.add_init_script("delete window.EventSource")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/?token={server.token}")
    page.locator(READY).first.wait_for()
    page.goto(f"http://127.0.0.1:{server.port}/{view}")
    page.locator(".tile:not(.waiting)").first.wait_for(timeout=60_000)
    told = context.new_cdp_session(page)
    told.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        rows = told.send("Performance.getMetrics")["metrics"]
        return float(next(row["value"] for row in rows if row["name"] == "TaskDuration"))

    page.evaluate(SCROLL, 3)
    before = busy()
    tiles, spent = page.evaluate(SCROLL, rounds)
    main = 1000 * (busy() - before) / tiles
    context.close()
    return 1000 * tiles / spent, main


def map_frames(chromium: Any, server: Server, points: int, rounds: int) -> tuple[int, float, float]:
    """Zoom back and forth over a map.

    The map's answer is made up, since to embed so many pictures takes hours; what draws it is not.

    Returns:
        Bytes of the answer, median milliseconds of a frame, and the slowest.
    """
    context = chromium.new_context(viewport={"width": 1600, "height": 1000})
    context.add_init_script("delete window.EventSource")
    page = context.new_page()
    answer = json.dumps(_map(points), separators=(",", ":"))
    page.route("**/api/v1/map?*", lambda r: r.fulfill(body=answer, content_type="application/json"))
    parts = [{"of": "objects", "run": None, "model": "m", "dimensions": 8} | dict.fromkeys(
        ("embedded", "size"), points)]  # fmt: skip
    state = {"parts": parts, "images_with_pixels": points, "can_embed": True, "can_lay_out": True}
    page.route("**/api/v1/embeddings", lambda r: r.fulfill(json=state))
    page.goto(f"http://127.0.0.1:{server.port}/?token={server.token}")
    page.locator(READY).first.wait_for()
    page.goto(f"http://127.0.0.1:{server.port}/#/map")
    page.locator("canvas").first.wait_for(timeout=120_000)
    page.evaluate(FRAMES, 4)
    spent = page.evaluate(FRAMES, rounds)
    context.close()
    return len(answer), statistics.median(spent), max(spent)


def _map(points: int) -> dict[str, Any]:
    rng = np.random.default_rng(2)
    group = rng.integers(0, 20, points)
    places = rng.normal(0, 1, (20, 2))[group] * 4 + rng.normal(0, 1, (points, 2))
    rows = list(range(points))
    return {
        "of": "objects",
        "method": "pca",
        "model": "m",
        "count": points,
        "x": places[:, 0].round(4).tolist(),
        "y": places[:, 1].round(4).tolist(),
        "row": rows,
        "item": rows,
        "group": group.tolist(),
        "class_id": (group % 10).tolist(),
        "outcome": rng.integers(1, 3, points).tolist(),
        "confidence": 0.3,
        **dict.fromkeys(("found", "missed", "f1")),
    }
