"""Metrics of pixels against NumPy, Pillow, SciPy and OpenCV."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageStat

from boxscore.kernels import _core
from boxscore.quality import Pixels
from boxscore.quality import image_metrics as im
from boxscore.quality.cards import Reads
from boxscore.quality.registry import BUILT_IN
from tests.quality.drawn import images

SHAPES = [(1, 1), (1, 7), (6, 1), (2, 2), (3, 3), (4, 5), (33, 47), (3, 2100), (17, 200)]


def noise_picture(shape: tuple[int, int], seed: int = 0) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (*shape, 3), dtype=np.uint8)


def slow_sums(rgb: NDArray[np.uint8]) -> dict[str, Any]:
    """The kernel's definitions, one array operation each."""
    v = rgb.astype(np.int64)
    height, width = v.shape[:2]
    grey = np.asarray(Image.fromarray(rgb).convert("L"), np.int64)
    padded = v
    for axis, size in ((0, height), (1, width)):
        wide = [(0, 0)] * 3
        wide[axis] = (1, 1)
        padded = np.pad(padded, wide, mode="reflect" if size > 1 else "edge")
    laplace = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:] - 4 * v
    most, least = v.max(axis=2), v.min(axis=2)
    red, green, blue = slow_hues(v, most, least)
    rg, yb = v[..., 0] - v[..., 1], v[..., 0] + v[..., 1] - 2 * v[..., 2]
    down = grey[:-2] - 2 * grey[1:-1] + grey[2:]
    noise = np.abs(down[:, :-2] - 2 * down[:, 1:-1] + down[:, 2:]).sum() if width > 2 else 0
    return {
        "grey": np.bincount(grey.ravel(), minlength=256).tolist(),
        "sum": tuple(v.sum(axis=(0, 1)).tolist()),
        "squares": tuple((v**2).sum(axis=(0, 1)).tolist()),
        "laplace_sum": int(laplace.sum()),
        "laplace_squares": int((laplace**2).sum()),
        "red": red,
        "green": green,
        "blue": blue,
        "rg_sum": int(rg.sum()),
        "rg_squares": int((rg**2).sum()),
        "yb_sum": int(yb.sum()),
        "yb_squares": int((yb**2).sum()),
        "noise": int(noise),
        **slow_text(grey),
    }


def slow_text(grey: NDArray[np.int64]) -> dict[str, int]:
    """Blocks of 8 rows and 16 columns, one after the other."""
    height, width = grey.shape[0] // 8, grey.shape[1] // 16
    wide = np.pad(grey, ((0, 0), (0, 2)), mode="edge")
    step = wide[:, 2:] - grey
    written = 0
    for y in range(height):
        line = ""
        for x in range(width):
            place = np.s_[8 * y : 8 * y + 8, 16 * x : 16 * x + 16]
            rises, falls = int((step[place] > 64).sum()), int((step[place] < -64).sum())
            block = grey[place]
            most, least = int(block.max()), int(block.min())
            margin = (most - least) // 4
            ends = int(((block <= least + margin) | (block >= most - margin)).sum())
            looks = min(rises, falls) >= 10 and 2 * abs(rises - falls) <= rises + falls
            looks = looks and most >= 205 and most - least >= 96 and 100 * ends >= 55 * 128
            line += "x" if looks else " "
        written += sum(len(run) for run in line.split() if len(run) >= 4)
    return {"text_blocks": height * width, "text_written": written}


def slow_hues(v: Any, most: Any, least: Any) -> tuple[int, int, int]:
    """Half degrees, rounded half up, one pixel after the other."""
    counts = [0, 0, 0]
    for (r, g, b), high, low in zip(
        v.reshape(-1, 3).tolist(), most.ravel().tolist(), least.ravel().tolist(), strict=True
    ):
        d = high - low
        if high < 40 or math.floor(255 * d / high + 0.5) < 50:
            continue
        from_hue, base = (g - b, 0) if high == r else (b - r, 60) if high == g else (r - g, 120)
        hue = math.floor(base + 30 * from_hue / d + 0.5) % 180
        counts[0] += hue <= 10 or hue >= 170
        counts[1] += 35 <= hue <= 75
        counts[2] += 90 <= hue <= 130
    return counts[0], counts[1], counts[2]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_sums_are_those_of_numpy(shape: tuple[int, int]) -> None:
    coarse = noise_picture(shape) // 86 * 100
    for rgb in (noise_picture(shape), coarse, np.repeat(coarse[..., :1] // 100 * 120, 3, axis=2)):
        found: dict[str, Any] = dict(_core.pixel_statistics(rgb))
        found["grey"] = found["grey"].tolist()
        assert found == slow_sums(rgb)


def test_an_array_of_another_shape_or_type_is_refused() -> None:
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))):
        with pytest.raises(TypeError):
            _core.pixel_statistics(wrong)  # type: ignore[arg-type]


def test_light_against_pillow_and_numpy() -> None:
    rgb = noise_picture((40, 30))
    pixels, stat = Pixels(rgb), ImageStat.Stat(Image.fromarray(rgb))
    assert im.brightness(pixels) == pytest.approx(np.mean(stat.mean) / 255, rel=1e-12)
    assert im.contrast(pixels) == pytest.approx(rgb.std() / 255, rel=1e-12)
    grey = np.asarray(Image.fromarray(rgb).convert("L"))
    assert im.underexposure(pixels) == (grey < 16).mean()
    assert im.overexposure(pixels) == (grey >= 240).mean()
    assert im.grey_level_entropy(pixels) == pytest.approx(Image.fromarray(grey).entropy())
    share = np.bincount(grey.ravel()) / grey.size
    assert im.uniformity(pixels) == pytest.approx((share**2).sum())


def test_sharpness_is_the_variance_of_scipys_laplacian() -> None:
    ndimage = pytest.importorskip("scipy.ndimage")
    rgb = noise_picture((25, 31))
    each = [ndimage.laplace(rgb[..., c].astype(np.float64), mode="mirror") for c in range(3)]
    assert im.sharpness(Pixels(rgb)) == pytest.approx(np.stack(each).var(), rel=1e-12)
    assert im.blur(Pixels(rgb)) == 1 - im.sharpness(Pixels(rgb))


def test_colours_and_sharpness_are_those_of_opencv() -> None:
    cv2 = pytest.importorskip("cv2")
    rgb = noise_picture((200, 300))
    pixels = Pixels(rgb)
    expected = cv2.Laplacian(rgb, cv2.CV_64F).var()
    assert im.sharpness(pixels) == pytest.approx(expected, rel=1e-12)
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV).astype(int)
    strong = (hsv[..., 1] >= 50) & (hsv[..., 2] >= 40)
    hue = hsv[..., 0]
    ranges = {
        im.red_values: (hue <= 10) | (hue >= 170),
        im.green_values: (hue >= 35) & (hue <= 75),
        im.blue_values: (hue >= 90) & (hue <= 130),
    }
    for metric, inside in ranges.items():  # OpenCV rounds by tables, hence not ==
        assert metric(pixels) == pytest.approx((strong & inside).mean(), abs=2e-3)


@pytest.mark.parametrize(
    ("colour", "shares"),
    [
        ((200, 0, 0), (1, 0, 0)),
        ((0, 200, 0), (0, 1, 0)),
        ((0, 0, 200), (0, 0, 1)),
        ((0, 200, 200), (0, 0, 1)),
        ((200, 200, 200), (0, 0, 0)),
        ((30, 0, 0), (0, 0, 0)),
        ((200, 190, 190), (0, 0, 0)),
    ],
)
def test_plain_colours(colour: tuple[int, int, int], shares: tuple[int, int, int]) -> None:
    pixels = Pixels(np.full((4, 5, 3), colour, np.uint8))
    found = im.red_values(pixels), im.green_values(pixels), im.blue_values(pixels)
    assert found == shares
    assert im.sharpness(pixels) == 0 and im.noise(pixels) == 0
    assert im.contrast(pixels) == pytest.approx(np.std(colour) / 255)
    assert im.grey_level_entropy(pixels) == 0 and im.uniformity(pixels) == 1


def test_colourfulness_is_hasler_and_suesstrunk() -> None:
    rgb = noise_picture((20, 20))
    r, g, b = (rgb[..., c].astype(np.float64) for c in range(3))
    rg, yb = r - g, 0.5 * (r + g) - b
    expected = math.hypot(rg.std(), yb.std()) + 0.3 * math.hypot(rg.mean(), yb.mean())
    assert im.colourfulness(Pixels(rgb)) == pytest.approx(expected, rel=1e-12)
    grey = Pixels(np.repeat(rgb[..., :1], 3, axis=2))
    assert im.colourfulness(grey) == 0


@pytest.mark.parametrize("sigma", [2.0, 8.0])
def test_noise_is_found_again(sigma: float) -> None:
    rng = np.random.default_rng(3)
    ramp = np.add.outer(np.arange(300), np.arange(200)) / 4 + 60
    grey = np.clip(np.rint(ramp + rng.normal(0, sigma, ramp.shape)), 0, 255).astype(np.uint8)
    found = im.noise(Pixels(np.repeat(grey[..., None], 3, axis=2)))
    assert found == pytest.approx(sigma, rel=0.05)
    assert math.isnan(im.noise(Pixels(noise_picture((2, 9)))))


def test_text_drawn_over_a_picture_is_seen() -> None:
    plain = Image.new("RGB", (640, 480), (70, 90, 110))
    assert im.text_overlay_area(Pixels(np.asarray(plain))) == 0
    drawn = plain.copy()
    words = "CAMERA 3  2024-11-05 17:22:41  TERMINAL B"
    ImageDraw.Draw(drawn).text((8, 440), words, fill="white", font=ImageFont.load_default(20))
    sums: dict[str, Any] = dict(_core.pixel_statistics(np.asarray(drawn)))
    expected = slow_text(np.asarray(drawn.convert("L"), np.int64))
    assert {name: sums[name] for name in expected} == expected
    found = im.text_overlay_area(Pixels(np.asarray(drawn)))
    white = drawn.convert("L").point([0] * 150 + [255] * 106)
    left, top, right, bottom = white.getbbox() or (0, 0, 0, 0)
    assert 0.4 < found / ((right - left) * (bottom - top) / (640 * 480)) < 2


@pytest.mark.parametrize("quality", [1, 10, 49, 50, 75, 90, 95, 100])
def test_jpeg_quality_is_what_the_file_was_written_with(quality: int) -> None:
    out = io.BytesIO()
    Image.fromarray(noise_picture((16, 16))).save(out, "JPEG", quality=quality)
    table = tuple(Image.open(out).quantization[0])  # type: ignore[attr-defined]
    assert im.jpeg_quality(Pixels(noise_picture((16, 16)), table)) == quality
    assert math.isnan(im.jpeg_quality(Pixels(noise_picture((16, 16)))))


def test_metrics_of_items() -> None:
    items = images(3, (200, 100)).replace(height=np.array([100, 50, 0], np.int32))
    assert im.area(items)[:2].tolist() == [20_000, 10_000]
    assert im.aspect_ratio(items)[:2].tolist() == [2, 4]
    assert np.isnan(im.aspect_ratio(items)[2]) and np.isnan(im.area(items)[2])
    random = im.random_on_images(items)
    assert ((random >= 0) & (random < 1)).all() and np.unique(random).size == 3
    assert im.random_on_images(items.take(np.array([2])))[0] == random[2]


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (30, 20)], ids=str)
@pytest.mark.parametrize("value", [0, 255, None])
def test_values_stay_within_their_cards(shape: tuple[int, int], value: int | None) -> None:
    rgb = noise_picture(shape) if value is None else np.full((*shape, 3), value, np.uint8)
    for metric in BUILT_IN:
        if metric.card.reads is Reads.PIXELS:
            found = metric(Pixels(rgb))
            assert isinstance(found, float)
            assert math.isnan(found) or metric.card.low <= found <= metric.card.high


def test_a_smaller_picture_is_made_once() -> None:
    pixels = Pixels(noise_picture((100, 300)))
    assert pixels.at(None) is pixels and pixels.at(300) is pixels
    small = pixels.at(30)
    assert (small.height, small.width) == (10, 30) and pixels.at(30) is small
