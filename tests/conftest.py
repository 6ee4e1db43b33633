"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"

# No example is timed: a busy machine is no fault of the code. A build draws the same examples each
# time, so that it is broken by a change and not by luck; by hand they are new ones.
settings.register_profile("boxscore", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("boxscore")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew")


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are written anew; the diff belongs into the commit."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of development data, which is not part of the repository."""
    if not SHARED.is_dir():
        pytest.skip("the development data (../shared/data) is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled demo project with both runs, made once; tests that change it copy it."""
    from boxscore.project import Project

    project, _ = Project.demo(tmp_path_factory.mktemp("demo"))
    return project.path
