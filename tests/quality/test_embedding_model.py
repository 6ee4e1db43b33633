"""The bundled network, other ONNX files, squares around objects, difference hashes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from boxscore.errors import RequestError, SourceError
from boxscore.quality.embedding_model import BUNDLED, EmbeddingModel
from boxscore.quality.squares import bits_apart, difference_hash, square


def picture(width: int = 320, height: int = 240) -> PIL.Image.Image:
    values = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    return PIL.Image.fromarray(values).resize((width, height))


def test_the_bundled_model_works_without_anything_else() -> None:
    pytest.importorskip("onnxruntime")
    model = EmbeddingModel.load()
    one, two = model.prepared(picture(), None), model.prepared(picture(200, 300), (10, 20, 50, 40))
    assert one.shape == (3, 224, 224) and one.dtype == np.float32
    both = model.embed([one, two])
    assert both.shape == (2, 1280) and np.isfinite(both).all()
    assert np.array_equal(both[:1], model.embed([one]))  # whatever else is in the batch
    assert model.digest == EmbeddingModel.load().digest


def test_another_file_says_itself_what_it_takes() -> None:
    pytest.importorskip("onnxruntime")
    own = EmbeddingModel.load(BUNDLED, normalisation="lite")
    bundled = EmbeddingModel.load()
    assert own.signature == bundled.signature and own.signature.output == "emb"
    fed = [bundled.prepared(picture(), None)]
    assert np.array_equal(own.embed(fed), bundled.embed(fed))
    logits = EmbeddingModel.load(BUNDLED, normalisation="lite", output="logits")
    assert logits.embed(fed).shape == (1, 1000) and logits.digest != own.digest
    assert EmbeddingModel.load(BUNDLED).digest != own.digest  # "imagenet" is another preparation


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x07\x12\x04abcd" * 50])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("onnxruntime")
    file = tmp_path / "model.onnx"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=r"E-EMBED-(FILE|INPUT)"):
        EmbeddingModel.load(file)
    with pytest.raises(SourceError, match="E-EMBED-FILE"):
        EmbeddingModel.load(tmp_path / "none.onnx")


def test_wrong_options_are_refused() -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(RequestError, match="did you mean 'imagenet'"):
        EmbeddingModel.load(normalisation="imagenett")
    with pytest.raises(RequestError, match="E-EMBED-OUTPUT"):
        EmbeddingModel.load(output="embeddings")


def test_without_onnxruntime_the_command_to_install_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(RequestError, match=r"pip install 'boxscore\[embeddings\]'"):
        EmbeddingModel.load()


@pytest.mark.parametrize(
    "box", [None, (0, 0, 1, 1), (-50, -50, 900, 900), (319, 239, 10, 10), (100, 50, 0, 0)]
)
@pytest.mark.parametrize("size", [(320, 240), (1, 1), (1, 500)])
def test_a_square_is_always_within_the_picture(
    box: tuple[float, float, float, float] | None, size: tuple[int, int]
) -> None:
    assert square(picture(*size), box, (32, 32)).size == (32, 32)


def test_a_square_shows_the_object_and_its_surroundings() -> None:
    values = np.zeros((100, 100, 3), np.uint8)
    values[40:60, 30:50] = 255
    seen = np.asarray(square(PIL.Image.fromarray(values), (30, 40, 20, 20), (26, 26)))[..., 0]
    assert seen[4:22, 4:22].min() > 200 and seen[0].max() == 0 and seen[:, 0].max() == 0
    assert 0.5 < (seen > 127).mean() < 0.7  # 1 / 1.3²


def test_hashes_know_smaller_and_mirrored_copies() -> None:
    one = picture()
    hashes = np.array(
        [
            difference_hash(other)
            for other in (
                one,
                one.resize((160, 120)),
                one.transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT),
                one.transpose(PIL.Image.Transpose.FLIP_TOP_BOTTOM),
            )
        ]
        + [""],
        object,
    )
    assert all(len(text) == 16 for text in hashes[:4])
    bits, mirrored = bits_apart(np.full(5, hashes[0], object), hashes)
    assert bits[0] == 0 and bits[1] <= 2 and bits[2] <= 2 and bits[3] > 12 and bits[4] == -1
    assert mirrored.tolist()[:3] == [False, False, True]


def test_a_detector_with_channels_last_and_a_fixed_batch(shared_data: Path) -> None:
    pytest.importorskip("onnxruntime")
    file = shared_data / "models" / "centernet_int8.onnx"
    if not file.exists():
        pytest.skip("the model is not on this machine")
    model = EmbeddingModel.load(file, normalisation="none")
    assert (model.signature.layout, model.signature.height, model.batch) == ("nhwc", 512, 1)
    fed = [model.prepared(picture(), None), model.prepared(picture(), (0, 0, 100, 100))]
    assert fed[0].shape == (512, 512, 3) and model.embed(fed).shape == (2, 80)
