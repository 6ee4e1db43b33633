"""Metrics of images: their size, light, colour, sharpness and damage."""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from boxscore.quality.cards import metric
from boxscore.quality.pixels import Pixels, variance
from boxscore.schema.tables import Table, unsized

Values = NDArray[np.float64]
DARK, BRIGHT = 16, 240
"""Luma below which a pixel is nearly black, and from which it is nearly white."""


@metric(
    "Area",
    reads="items",
    unit="px",
    low=0,
    bad="both",
    meaning="Width times height. Images much larger or smaller than the rest are resized "
    "differently before a model sees them.",
    advice="Check the training resolution; tile very large images.",
)
def area(items: Table) -> Values:
    """(items,) square pixels."""
    return _side(items, "width") * _side(items, "height")


@metric(
    "Aspect Ratio",
    reads="items",
    unit="width / height",
    low=0,
    bad="both",
    meaning="Width divided by height. Unusual shapes are padded or squeezed.",
    advice="Letterbox instead of squeezing; check that the image is not turned.",
)
def aspect_ratio(items: Table) -> Values:
    """(items,) width / height."""
    return _side(items, "width") / _side(items, "height")


def _side(items: Table, name: str) -> Values:
    """(items,) pixels; one that is not positive, or not known, is undefined."""
    return np.where((items[name] > 0) & ~unsized(items), items[name].astype(np.float64), np.nan)


@metric(
    "Random Values on Images",
    reads="items",
    low=0,
    high=1,
    meaning="A number without meaning, the same for the same image each time: what no "
    "relation looks like beside other metrics.",
    advice="A metric whose plot looks like this one explains nothing.",
)
def random_on_images(items: Table) -> Values:
    """(items,) uniform in [0, 1), from each image's data hash and frame."""
    return item_seeds(items) / 2.0**64


def item_seeds(items: Table) -> NDArray[np.uint64]:
    """(items,) 64 random bits that depend on each image alone."""
    names = zip(items["data_hash"].tolist(), items["frame"].tolist(), strict=True)
    digests = [hashlib.sha256(f"{name}:{frame}".encode()).digest()[:8] for name, frame in names]
    return np.frombuffer(b"".join(digests), ">u8").astype(np.uint64)


@metric(
    "Brightness",
    unit="share",
    low=0,
    high=1,
    bad="both",
    meaning="Mean of all pixels and channels, 0 black, 1 white. Dark or glaring images hide "
    "what is on them.",
    advice="Add training images of that light, or vary brightness when training.",
)
def brightness(pixels: Pixels) -> float:
    """Mean / 255."""
    return sum(pixels.sums["sum"]) / (3 * pixels.count) / 255


@metric(
    "Contrast",
    unit="share",
    low=0,
    high=0.5,
    bad="low",
    meaning="Standard deviation of all pixels and channels over 255. Flat images have few edges.",
    advice="Look for fog, haze, blank frames; normalise contrast.",
)
def contrast(pixels: Pixels) -> float:
    """Standard deviation / 255."""
    sums = pixels.sums
    return math.sqrt(variance(sum(sums["sum"]), sum(sums["squares"]), 3 * pixels.count)) / 255


@metric(
    "Sharpness",
    unit="variance",
    low=0,
    bad="low",
    meaning="Variance of the Laplacian over all channels. Low values are blurred or empty.",
    advice="Look for motion blur, wrong focus, enlarged pictures.",
    source="Pech-Pacheco et al. 2000",
)
def sharpness(pixels: Pixels) -> float:
    """Variance of the 4-neighbour Laplacian; beyond the edge the picture is mirrored."""
    sums = pixels.sums
    return variance(sums["laplace_sum"], sums["laplace_squares"], 3 * pixels.count)


@metric(
    "Blur",
    unit="1 - variance",
    high=1,
    bad="high",
    meaning="1 - Sharpness. High values are blurred.",
    advice="As for Sharpness.",
)
def blur(pixels: Pixels) -> float:
    """1 - sharpness."""
    return 1 - float(sharpness(pixels))


_HUE = (
    "Share of the pixels with a strong {0} (saturation from 50, value from 40 of 255). "
    "Many may mean a colour cast."
)
_HUE_ADVICE = "Look at the extremes; vary colours when training."


@metric(
    "Red Values",
    unit="share",
    low=0,
    high=1,
    bad="high",
    meaning=_HUE.format("red"),
    advice=_HUE_ADVICE,
)
def red_values(pixels: Pixels) -> float:
    """Hue in half degrees within 170 to 10."""
    return pixels.sums["red"] / pixels.count


@metric(
    "Green Values",
    unit="share",
    low=0,
    high=1,
    bad="high",
    meaning=_HUE.format("green"),
    advice=_HUE_ADVICE,
)
def green_values(pixels: Pixels) -> float:
    """Hue in half degrees within 35 to 75."""
    return pixels.sums["green"] / pixels.count


@metric(
    "Blue Values",
    unit="share",
    low=0,
    high=1,
    bad="high",
    meaning=_HUE.format("blue"),
    advice=_HUE_ADVICE,
)
def blue_values(pixels: Pixels) -> float:
    """Hue in half degrees within 90 to 130."""
    return pixels.sums["blue"] / pixels.count


@metric(
    "Underexposure",
    unit="share",
    low=0,
    high=1,
    bad="high",
    meaning="Share of nearly black pixels (luma below 16 of 255): detail lost in shadow.",
    advice="Look for night, closed shutters, black borders.",
)
def underexposure(pixels: Pixels) -> float:
    """Share of pixels with luma below 16."""
    return int(pixels.sums["grey"][:DARK].sum()) / pixels.count


@metric(
    "Overexposure",
    unit="share",
    low=0,
    high=1,
    bad="high",
    meaning="Share of nearly white pixels (luma from 240 of 255): detail lost in light.",
    advice="Look for glare, windows, white backgrounds.",
)
def overexposure(pixels: Pixels) -> float:
    """Share of pixels with luma from 240."""
    return int(pixels.sums["grey"][BRIGHT:].sum()) / pixels.count


@metric(
    "Grey-Level Entropy",
    unit="bits",
    low=0,
    high=8,
    bad="low",
    meaning="Shannon entropy of the luma histogram. Low values are blank or nearly blank.",
    advice="Remove blank frames; look for covered lenses.",
)
def grey_level_entropy(pixels: Pixels) -> float:
    """-sum p log2 p over 256 grey levels."""
    share = _grey_shares(pixels)
    some = share[share > 0]
    return abs(float(-(some * np.log2(some)).sum()))


@metric(
    "Uniformity",
    unit="share",
    low=0,
    high=1,
    bad="high",
    meaning="Chance that two pixels have the same luma: 1 for a blank image.",
    advice="Remove blank frames; look for large plain areas.",
)
def uniformity(pixels: Pixels) -> float:
    """Sum p^2 over 256 grey levels."""
    return float((_grey_shares(pixels) ** 2).sum())


def _grey_shares(pixels: Pixels) -> Values:
    shares: Values = pixels.sums["grey"] / pixels.count
    return shares


@metric(
    "Colourfulness",
    unit="grey levels",
    low=0,
    bad="low",
    meaning="How strong and varied the colours are: 0 grey, about 100 extremely colourful.",
    advice="0 is a grey image: check that the model was trained on some.",
    source="Hasler and Süsstrunk 2003",
)
def colourfulness(pixels: Pixels) -> float:
    """Deviation of the opponent colours + 0.3 times their mean."""
    sums, n = pixels.sums, pixels.count
    spread = variance(sums["rg_sum"], sums["rg_squares"], n)
    spread += variance(sums["yb_sum"], sums["yb_squares"], n) / 4
    return math.sqrt(spread) + 0.3 * math.hypot(sums["rg_sum"] / n, sums["yb_sum"] / 2 / n)


@metric(
    "Noise",
    unit="grey levels",
    low=0,
    bad="high",
    meaning="Standard deviation of the noise, judged from fine detail; texture counts a little.",
    advice="Look for high sensitivity, night; train with noise, or denoise.",
    source="Immerkær 1996",
)
def noise(pixels: Pixels) -> float:
    """Mean absolute response of the difference of two Laplacians, scaled; nan below 3 x 3."""
    inner = (pixels.height - 2) * (pixels.width - 2)
    if pixels.height < 3 or pixels.width < 3:
        return float("nan")
    return math.sqrt(math.pi / 2) * pixels.sums["noise"] / (6 * inner)


@metric(
    "Text Overlay Area",
    unit="share",
    low=0,
    high=1,
    bad="high",
    resolution=640,
    meaning="Share of the picture that looks like lines of light text drawn over it: time stamps, "
    "subtitles, watermarks. A guess from strokes and contrast: signs, fences, blinds and keyboards "
    "are taken for text as well, and dark or faint text is missed.",
    advice="Look at the highest; crop or mask overlays, for a model may learn them.",
)
def text_overlay_area(pixels: Pixels) -> float:
    """Share of blocks of 16 x 8 pixels that lie in runs with many sharp steps up and down."""
    blocks = pixels.sums["text_blocks"]
    return pixels.sums["text_written"] / blocks if blocks else 0.0


@metric(
    "JPEG Quality",
    unit="percent",
    low=1,
    high=100,
    bad="low",
    meaning="Quality setting whose quantisation table is nearest to the file's; undefined for "
    "other kinds of files. Low values have blocks and rings.",
    advice="Get the originals; train with compression.",
    source="ITU-T T.81, annex K; scaling of the Independent JPEG Group",
)
def jpeg_quality(pixels: Pixels) -> float:
    """1 to 100; nan where there is no table of 64 numbers."""
    table = pixels.quantisation
    if table is None or len(table) != LUMA.size:
        return float("nan")
    distance = np.abs(_TABLES - np.array(table)).sum(axis=1)
    return float(100 - int(np.argmin(distance[::-1])))


LUMA = np.array(
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
        14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
        49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ]
)  # fmt: skip
"""The luma table of ITU-T T.81, row by row."""


def _tables() -> NDArray[np.int64]:
    quality = np.arange(1, 101)
    scale = np.where(quality < 50, 5000 // quality, 200 - 2 * quality)
    scaled: NDArray[np.int64] = np.clip((LUMA[None] * scale[:, None] + 50) // 100, 1, 255)
    return scaled


_TABLES = _tables()

IMAGE_METRICS = (
    area, aspect_ratio, brightness, contrast, sharpness, blur, red_values, green_values,
    blue_values, random_on_images, underexposure, overexposure, grey_level_entropy, uniformity,
    colourfulness, noise, text_overlay_area, jpeg_quality,
)  # fmt: skip
