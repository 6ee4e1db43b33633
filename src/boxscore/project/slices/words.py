"""Conditions in words that a person would use, and as parts of a slice."""

from __future__ import annotations

from glob import escape

import numpy as np

from boxscore.evaluation.searched_facets import Condition
from boxscore.quality.cards import Card, On

WORDS = {
    "brightness": ("dark images (Brightness below {})", "bright images (Brightness from {})"),
    "sharpness": ("unsharp images (Sharpness below {})", "sharp images (Sharpness from {})"),
    "object_area_relative": (
        "objects smaller than {} % of the image",
        "objects larger than {} % of the image",
    ),
    "object_area_absolute": ("objects smaller than {} px²", "objects of {} px² or more"),
    "object_size_in_training": (
        "objects smaller than {} px at the training size",
        "objects larger than {} px at the training size",
    ),
    "object_count": ("images with {} objects or fewer", "images with {} objects or more"),
    "x": ("objects in the left {} % of the image", "objects in the right {} % of the image"),
    "y": ("objects in the upper {} % of the image", "objects in the lower {} % of the image"),
}
"""Low and high tail of some facets; every other one is named by its title."""
COUNTS = ("object_count",)
"""Facets whose low tail is named by the largest value in it, not by the least beyond it."""


def named(key: str, card: Card | None, condition: Condition) -> str:
    """The units that fulfil a condition."""
    if condition.value is not None:
        return f"{'objects of class' if key == 'class' else key} {condition.value}"
    low, high = condition.low, condition.high
    if key in ("x", "y"):
        share = high if high is not None else 1 - (low or 0)
        return WORDS[key][high is None].format(plain(100 * share))
    below = condition.most if key in COUNTS else high
    if key == "object_count" and below == 0:
        return "images without objects"
    border = plain(low if high is None else below)
    if key in WORDS:
        return WORDS[key][high is None].format(border)
    title, unit = (card.title, card.unit) if card else (key, "")
    subject = "images" if card and card.on is On.IMAGE else "objects"
    shown = f"{border} %" if unit == "percent" else f"{border} {unit}" if unit == "px" else border
    return f"{subject} with {title} {'from' if high is None else 'below'} {shown}"


def written(key: str, card: Card | None, condition: Condition) -> str:
    """The same as a part of a slice; ends are the values themselves, not rounded."""
    if condition.value is not None:
        if key == "folder":
            return f"title={escape(condition.value)}/*"
        return f"{'object.class' if key == 'class' else key}={condition.value}"
    prefix = "metric" if card and card.on is On.IMAGE else "object"
    low = "" if condition.low is None else repr(condition.low)
    most = "" if condition.most is None else repr(condition.most)
    return f"{prefix}.{key}={low}..{most}"


def plain(value: float | None) -> str:
    """Three digits that count, without an exponent."""
    rounded = float(f"{value:.3g}")
    return np.format_float_positional(rounded, trim="-")


def share(value: float) -> str:
    """A share or a change of one as .41 or −.12."""
    text = f"{abs(value):.2f}".removeprefix("0")
    return f"−{text}" if value < 0 and text != ".00" else text
