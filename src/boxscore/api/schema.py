"""The OpenAPI document on standard output; the app's client is generated from it."""

from __future__ import annotations

import json
import sys

from boxscore.api.app import create_app


def text() -> str:
    """The document, always the same for the same program."""
    return json.dumps(create_app(None).openapi(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
