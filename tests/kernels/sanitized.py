"""A pytest plugin, `-p tests.kernels.sanitized`: the kernels are those of BOXSCORE_KERNELS.

The sanitizers' runtime is preloaded into this process and not into the oracles that it starts.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

NAME = "boxscore.kernels._core"


def load(folder: Path) -> None:
    """Put the extension module of a build folder in the place of the installed one."""
    import boxscore.kernels

    path = str(next(folder.glob("_core.*.so")))
    spec = spec_from_file_location(NAME, path, loader=ExtensionFileLoader(NAME, path))
    assert spec and spec.loader and NAME not in sys.modules
    core = module_from_spec(spec)
    sys.modules[NAME] = core
    spec.loader.exec_module(core)
    boxscore.kernels._core = core


os.environ.pop("LD_PRELOAD", None)
load(Path(os.environ["BOXSCORE_KERNELS"]))
