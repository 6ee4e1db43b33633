"""Models of timm and open_clip: what we store is what the libraries themselves answer."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from boxscore.errors import RequestError
from boxscore.quality.named_models import load_embedder, load_text_embedder
from boxscore.quality.squares import part
from boxscore.quality.torch_models import DINOV2_NAMES
from tests.quality.test_embedding_model import picture
from tests.quality.tiny_models import library, open_clip_folder, timm_folder

pytestmark = pytest.mark.filterwarnings("ignore")
BOX = (200.0, 100.0, 60.0, 50.0)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Places that something tried to reach."""
    asked: list[object] = []

    def refuse(*arguments: object, **_: object) -> Any:
        asked.append(arguments)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    yield asked


def test_a_model_of_timm_answers_as_timm_does(tmp_path: Path, no_network: list[object]) -> None:
    timm, torch = library("timm"), import_module("torch")
    source = timm_folder(tmp_path / "vit")
    model = load_embedder(source, device="cpu")
    network = timm.create_model(source.removeprefix("timm:"), pretrained=True, num_classes=0).eval()
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(network))
    whole, crop = picture(), picture().crop((191, 86, 269, 164))
    assert part(picture(), BOX).size == crop.size == (78, 78)
    fed = [model.prepared(whole, None), model.prepared(whole, BOX)]
    mine = model.embed(fed)
    with torch.inference_mode():
        for row, seen in zip(mine, (whole, crop), strict=True):
            assert np.array_equal(row, network(transform(seen)[None])[0].numpy())
    assert np.array_equal(mine[:1], model.embed(fed[:1]))  # whatever else is beside it
    assert model.name == "timm:vit" and model.source == source and no_network == []


def test_a_model_of_open_clip_answers_as_open_clip_does(
    tmp_path: Path, no_network: list[object]
) -> None:
    open_clip, torch = library("open_clip"), import_module("torch")
    source = open_clip_folder(tmp_path / "clip")
    model = load_embedder(source, device="cpu")
    texts = load_text_embedder(source)
    name = source.removeprefix("open_clip:")
    network, transform = open_clip.create_model_from_pretrained(name)
    with torch.inference_mode():
        images = network.eval().encode_image(transform(picture())[None]).numpy()
        words = network.encode_text(open_clip.get_tokenizer(name)(["a dog", "a cat"])).numpy()
    assert np.array_equal(model.embed([model.prepared(picture(), None)]), images)
    assert np.array_equal(texts.embed_texts(["a dog", "a cat"]), words)
    assert texts.digest == model.digest and texts is load_text_embedder(source)
    assert no_network == []


def test_weights_in_a_file_are_found_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project remembers where they lie; people are told no place."""
    open_clip, torch = library("open_clip"), import_module("torch")
    torch.manual_seed(0)
    network = open_clip.create_model("ViT-S-32-alt", pretrained=None)
    tensors = {name: value.contiguous() for name, value in network.state_dict().items()}
    import_module("safetensors.torch").save_file(tensors, str(tmp_path / "own.safetensors"))
    monkeypatch.chdir(tmp_path)
    model = load_embedder("open_clip:ViT-S-32-alt/own.safetensors", device="cpu")
    assert model.source == f"open_clip:ViT-S-32-alt/{tmp_path / 'own.safetensors'}"
    assert model.name == "open_clip:ViT-S-32-alt/own.safetensors"
    prepared = model.prepared(picture(), BOX)
    with torch.inference_mode():
        expected = network.eval().encode_image(torch.from_numpy(prepared[None])).numpy()
    assert np.array_equal(model.embed([prepared]), expected)


def test_other_weights_or_another_preparation_are_another_model(tmp_path: Path) -> None:
    first = load_embedder(timm_folder(tmp_path / "one"), device="cpu").digest
    assert load_embedder(timm_folder(tmp_path / "same"), device="cpu").digest == first
    assert load_embedder(timm_folder(tmp_path / "two", seed=1), device="cpu").digest != first
    config = tmp_path / "same" / "config.json"
    config.write_text(config.read_text().replace('"crop_pct": 0.95', '"crop_pct": 0.8'))
    assert load_embedder(f"timm:local-dir:{tmp_path / 'same'}", device="cpu").digest != first


@pytest.mark.parametrize(
    ("model", "code", "message"),
    [
        ("timm:resnet18x", "E-EMBED-UNKNOWN", "did you mean 'resnet18"),
        ("dinov2:vits15", "E-EMBED-UNKNOWN", "did you mean 'vits14'"),
        ("open_clip:ViT-B-33/openai", "E-EMBED-UNKNOWN", "ViT-B-32"),
        ("open_clip:ViT-B-32", "E-EMBED-UNKNOWN", "ViT-B-32/TAG"),
        ("openclip:ViT-B-32/openai", "E-EMBED-LIBRARY", "did you mean 'open_clip'"),
        ("timm:local-dir:/nowhere", "E-EMBED-WEIGHTS", "check the network"),
    ],
)
def test_what_is_no_model_is_refused(model: str, code: str, message: str) -> None:
    library("timm")
    library("open_clip")
    with pytest.raises(RequestError) as refused:
        load_embedder(model)
    assert refused.value.code == code and message in str(refused.value)


def test_weights_that_are_not_here_are_said_to_be_missing(no_network: list[object]) -> None:
    library("open_clip")
    with pytest.raises(RequestError, match="cannot be had") as refused:
        load_text_embedder("open_clip:ViT-B-32/laion2b_s34b_b79k")
    assert refused.value.code == "E-EMBED-WEIGHTS" and no_network == []


@pytest.mark.parametrize(
    ("model", "package", "extra"),
    [("timm:resnet18", "timm", "timm"), ("dinov2:vits14", "timm", "timm"),
     ("open_clip:ViT-B-32/openai", "open_clip", "open_clip")],
)  # fmt: skip
def test_without_a_library_the_command_to_install_it_is_told(
    model: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(RequestError) as refused:
        load_embedder(model)
    assert refused.value.fix == f"pip install 'boxscore[{extra}]'"


def test_devices_and_options_are_checked(tmp_path: Path) -> None:
    timm, torch = library("timm"), import_module("torch")
    source = timm_folder(tmp_path / "vit")
    assert load_embedder(source).device == ("cuda" if torch.cuda.is_available() else "cpu")
    if not torch.cuda.is_available():
        with pytest.raises(RequestError, match="torch sees no GPU"):
            load_embedder(source, device="cuda")
    for wrong in ({"device": "tpu"}, {"normalisation": "clip"}, {"output": "x"}):
        with pytest.raises(RequestError, match="E-EMBED"):
            load_embedder(source, **wrong)
    assert all(timm.is_model(name) for name in DINOV2_NAMES.values())


def test_onnxruntime_without_a_gpu_says_so() -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        with pytest.raises(RequestError, match="onnxruntime sees no GPU"):
            load_embedder(device="cuda")
    assert load_embedder(device="cpu").device == "cpu"


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (40, 30)])
@pytest.mark.parametrize("box", [None, (0.0, 0.0, 1.0, 1.0), (-50.0, -50.0, 900.0, 900.0),
                                 (39.5, 29.5, 10.0, 10.0), (20.0, 10.0, 0.0, 0.0)])  # fmt: skip
def test_what_a_model_is_given_is_never_empty_or_endless(
    size: tuple[int, int], box: tuple[float, float, float, float] | None
) -> None:
    width, height = part(PIL.Image.new("RGB", size), box).size
    assert 1 <= width <= size[0] and 1 <= height <= size[1]
    assert max(width, height) <= 16 * min(width, height)
