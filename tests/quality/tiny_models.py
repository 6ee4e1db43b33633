"""Networks of timm and open_clip, tiny and with seeded random weights, in folders of their own."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

CONFIG: dict[str, Any] = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "head_width": 32, "patch_size": 8},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
}
PREPROCESS = {"mean": [0.5, 0.4, 0.3], "std": [0.3, 0.2, 0.1], "interpolation": "bicubic"}


def library(name: str) -> Any:
    """The library, or the test is left out."""
    pytest.importorskip("torch")
    return pytest.importorskip(name, exc_type=ImportError)


def timm_folder(folder: Path, name: str = "test_vit", seed: int = 0) -> str:
    """A model of timm with random weights; returns its name for `--model`."""
    timm = library("timm")
    import_module("torch").manual_seed(seed)
    hub = import_module("timm.models._hub")
    hub.save_for_hf(timm.create_model(name, pretrained=False), str(folder), safe_serialization=True)
    return f"timm:local-dir:{folder}"


def open_clip_folder(folder: Path, seed: int = 0) -> str:
    """A model of open_clip with random weights; returns its name for `--model`."""
    open_clip, torch = library("open_clip"), import_module("torch")
    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    network = open_clip.CLIP(**CONFIG)
    import_module("safetensors.torch").save_file(
        {name: value.contiguous() for name, value in network.state_dict().items()},
        str(folder / "open_clip_model.safetensors"),
    )
    document = {"model_cfg": CONFIG, "preprocess_cfg": PREPROCESS}
    (folder / "open_clip_config.json").write_text(json.dumps(document))
    return f"open_clip:local-dir:{folder}"
