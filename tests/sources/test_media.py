"""Picture files of every admitted kind: what is told of them at import, and how they are shown."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from boxscore.errors import RequestError
from boxscore.project.pictures.decoding import encoded, open_picture, thumbnail
from boxscore.sources.image_files import ImageFacts, read_all_facts, read_facts

RED, SIZE = (200, 30, 30), (60, 40)


def saved(path: Path, image: Image.Image | None = None, **options: object) -> Path:
    (image or Image.new("RGB", SIZE, RED)).save(path, **options)  # type: ignore[arg-type]
    return path


def codes(facts: ImageFacts) -> list[str]:
    return [code for code, _ in facts.findings]


def colour(picture: Image.Image) -> tuple[float, ...]:
    return tuple(float(v) for v in np.asarray(picture, np.float64).mean(axis=(0, 1)))


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "tiff", "gif"])
def test_admitted_formats_have_their_size_and_are_shown(tmp_path: Path, suffix: str) -> None:
    path = saved(tmp_path / f"a.{suffix}")
    facts = read_facts(path)
    assert (facts.width, facts.height, facts.code, facts.findings) == (*SIZE, "", ())
    assert colour(open_picture(path)) == pytest.approx(RED, abs=6)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "tiff", "gif"])
def test_row_138_a_cut_picture_keeps_its_place(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (80, 100, 3), np.uint8)
    whole = saved(tmp_path / f"whole.{suffix}", Image.fromarray(noise)).read_bytes()
    cut = tmp_path / f"cut.{suffix}"
    # A TIFF has its header at the end: of that the pixels are cut out, not the end.
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    if suffix == "tiff":
        cut.write_bytes(_with_strips_beyond_the_end(whole))
    facts = read_facts(cut)
    assert (facts.width, facts.height, facts.code) == (100, 80, "")
    assert codes(facts) == ["W-IMAGE-CUT"]
    with pytest.raises(RequestError, match="E-IMAGE-NONE"):
        open_picture(cut)


def _with_strips_beyond_the_end(data: bytes) -> bytes:
    """A TIFF whose tag StripOffsets (273) leads beyond its end."""
    start = struct.unpack_from("<I", data, 4)[0]
    out = bytearray(data)
    for k in range(struct.unpack_from("<H", data, start)[0]):
        at = start + 2 + 12 * k
        if struct.unpack_from("<H", data, at)[0] == 273:
            struct.pack_into("<I", out, at + 8, len(data) + 1000)
    return bytes(out)


def test_what_follows_the_end_of_a_picture_is_no_damage(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes() + bytes(1 << 17))
    assert read_facts(path).findings == ()


def png(width: int, height: int, *chunks: tuple[bytes, bytes], bits: int = 8) -> bytes:
    """A PNG of these chunks, without pixels."""
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("width", "height", "bits"),
    [
        pytest.param(30_000, 30_000, 8, id="row-140"),
        pytest.param(12_000, 12_000, 1, id="row-141"),
    ],
)
def test_too_many_pixels_are_refused_from_the_header(
    tmp_path: Path, width: int, height: int, bits: int
) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png(width, height, bits=bits))
    (facts,) = read_all_facts([path])
    assert facts.code and "pixels" in facts.problem
    with pytest.raises(RequestError):
        open_picture(path)


def test_row_142_a_bomb_of_texts_is_refused(tmp_path: Path) -> None:
    text = b"k\0\0" + zlib.compress(bytes(1 << 21))
    path = tmp_path / "texts.png"
    path.write_bytes(png(4, 4, *[(b"zTXt", text)] * 80))
    assert read_facts(path).code == "E-IMAGE-KIND"


def test_row_142_a_million_chunks_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "chunks.png"
    path.write_bytes(png(4, 4, *[(b"tEXt", b"k\0v")] * 1_000_000))
    facts = read_facts(path)
    assert facts.code == "E-IMAGE-KIND" and "chunks" in facts.problem
    path.write_bytes(png(4, 4, *[(b"tEXt", b"k\0v")] * 100))
    assert read_facts(path).code == ""


TURNS: dict[int, Callable[[Image.Image], Image.Image]] = {
    2: lambda i: i.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda i: i.transpose(Image.Transpose.ROTATE_180),
    4: lambda i: i.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda i: i.transpose(Image.Transpose.TRANSPOSE),
    6: lambda i: i.transpose(Image.Transpose.ROTATE_90),
    7: lambda i: i.transpose(Image.Transpose.TRANSVERSE),
    8: lambda i: i.transpose(Image.Transpose.ROTATE_270),
}


@pytest.mark.parametrize("orientation", TURNS)
def test_row_143_turned_pictures_are_shown_upright(tmp_path: Path, orientation: int) -> None:
    upright = Image.new("RGB", (200, 100), "white")
    upright.paste("black", (0, 0, 40, 20))
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path / "a.png", TURNS[orientation](upright), exif=exif)
    assert read_facts(path).shown == (200, 100)
    assert np.array_equal(np.asarray(open_picture(path)), np.asarray(upright))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("broken", [False, True])
def test_row_144_what_is_shown_carries_no_metadata(tmp_path: Path, broken: bool) -> None:
    exif = Image.Exif()
    exif[0x010F] = "a maker"
    exif.get_ifd(0x8825)[1] = "N"
    data = exif.tobytes()
    path = saved(tmp_path / "a.jpg", exif=data[: len(data) // 2] if broken else data)
    assert read_facts(path).code == ""
    for shown in (encoded(open_picture(path)), thumbnail(open_picture(path), 32)):
        assert b"Exif" not in shown and b"a maker" not in shown


def test_row_145_cmyk_is_converted(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", Image.new("RGB", SIZE, RED).convert("CMYK"))
    assert read_facts(path).findings == ()
    assert colour(open_picture(path)) == pytest.approx(RED, abs=12)


@pytest.mark.parametrize(("kind", "low", "high"), [(np.uint16, 1000, 1400), (np.float32, -2, 0.5)])
def test_row_146_deep_pictures_are_spread_from_dark_to_bright(
    tmp_path: Path, kind: type, low: float, high: float
) -> None:
    values: np.ndarray[Any, Any] = np.linspace(low, high, 256).reshape(16, 16).astype(kind)
    path = saved(tmp_path / "a.tiff", Image.fromarray(values))
    assert codes(read_facts(path)) == ["W-IMAGE-DEPTH"]
    grey = np.asarray(open_picture(path))[..., 0]
    wanted = (values.astype(float) - low) / (high - low) * 255
    assert np.abs(grey - wanted).max() <= 1


def test_row_146_the_first_page_of_a_tiff_is_shown(tmp_path: Path) -> None:
    pages = [Image.new("RGB", SIZE, c) for c in (RED, "blue")]
    path = saved(tmp_path / "a.tiff", pages[0], save_all=True, append_images=pages[1:])
    assert codes(read_facts(path)) == ["W-IMAGE-FRAMES"]
    assert colour(open_picture(path)) == pytest.approx(RED, abs=2)


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_row_147_the_first_frame_of_an_animation_is_shown(tmp_path: Path, suffix: str) -> None:
    frames = [Image.new("RGB", SIZE, c) for c in (RED, "blue", "green")]
    path = saved(tmp_path / f"a.{suffix}", frames[0], save_all=True, append_images=frames[1:])
    assert codes(read_facts(path)) == ["W-IMAGE-FRAMES"]
    assert colour(open_picture(path)) == pytest.approx(RED, abs=6)


@pytest.mark.parametrize("mode", ["LA", "RGBA", "1", "L", "P", "PA"])
def test_row_148_other_kinds_of_pixels_are_converted(tmp_path: Path, mode: str) -> None:
    kept = Image.new("RGBA", SIZE, (*RED, 128)).convert("LA" if mode == "PA" else mode)
    path = saved(tmp_path / ("a.tiff" if mode == "PA" else "a.png"), kept)
    assert read_facts(path).findings == ()
    assert open_picture(path).mode == "RGB"


def test_row_149_the_content_decides_not_the_name(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png").rename(tmp_path / "a.jpg")
    facts = read_facts(path)
    assert (facts.width, facts.code, codes(facts)) == (SIZE[0], "", ["W-IMAGE-SUFFIX"])


OTHERS = {
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>",
    "psd": b"8BPS\0\1" + bytes(40),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 4\n",
    "pdf": b"%PDF-1.7\n",
    "fits": b"SIMPLE  =                    T" + b" " * 50,
}


@pytest.mark.parametrize("kind", OTHERS)
def test_row_150_other_formats_are_not_admitted(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(OTHERS[kind])
    facts = read_facts(path)
    assert facts.code == "E-IMAGE-KIND" and "not an admitted image format" in facts.problem
    with pytest.raises(RequestError):
        open_picture(path)


def test_row_151_a_long_thin_picture_has_a_thumbnail(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", Image.new("L", (1, 100_000)))
    assert read_facts(path).findings == ()
    assert min(Image.open(io.BytesIO(thumbnail(open_picture(path), 64))).size) == 1


def test_row_157_what_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "a.png")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    facts = read_facts(path)
    assert facts.code == "E-IMAGE-READ" and "ermission" in facts.problem


def test_digests_and_sizes_of_many_files_are_read_in_order(tmp_path: Path) -> None:
    paths = [saved(tmp_path / f"{k}.png", Image.new("L", (k + 1, 5))) for k in range(600)]
    facts = read_all_facts(paths)
    assert [f.width for f in facts] == list(range(1, 601))
    assert len({f.sha256 for f in facts}) == 600
