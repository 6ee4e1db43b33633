"""The pages of the app, from the app's own table: a new page is walked like the others."""

from __future__ import annotations

import re

from tests.conftest import ROOT

LISTED = re.search(r"PAGES = \[(.*?)\]", (ROOT / "web/src/state/url.ts").read_text("utf-8"), re.S)
assert LISTED is not None
PAGES: list[str] = re.findall(r'"(\w+)"', LISTED[1])
