"""The keypoints of a class: what each is called, and which are joined."""

from __future__ import annotations

from dataclasses import dataclass

MOST_KEYPOINTS = 1000


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Of a class of objects; empty where its source says nothing.

    Attributes:
        names: One for each keypoint, in order.
        edges: Pairs of keypoints that a line joins, counted from 0.
    """

    names: tuple[str, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()


NO_SKELETON = Skeleton()


def names_problem(given: object) -> str:
    """Why a value is no list of keypoint names, or ""."""
    if not isinstance(given, list) or not all(isinstance(name, str) and name for name in given):
        return "is not a list of names"
    if len(given) > MOST_KEYPOINTS:
        return f"names more than {MOST_KEYPOINTS} keypoints"
    return ""


def edges_problem(given: object, first: int, count: int) -> str:
    """Why a value is no list of pairs of keypoints, or "".

    Args:
        first: The number of the first keypoint, 0 or 1.
        count: How many keypoints there are; 0: not known.
    """
    if not isinstance(given, list) or len(given) > MOST_KEYPOINTS**2:
        return "is not a list of pairs"
    last = first + (count or MOST_KEYPOINTS) - 1
    for pair in given:
        if not isinstance(pair, list) or len(pair) != 2 or {*map(type, pair)} != {int}:
            return "is not a list of pairs of whole numbers"
        if pair[0] == pair[1] or not first <= min(pair) <= max(pair) <= last:
            return f"joins keypoints {pair[0]} and {pair[1]} of {first} to {last}"
    return ""
