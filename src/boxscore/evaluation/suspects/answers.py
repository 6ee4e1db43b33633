"""Labels of whole images that the given confidences contradict, by their margin.

The margin is the normalised one of "Confident Learning" (Northcutt et al. 2021). Measured on human
verdicts about MNIST and CIFAR-10 it ranks better without the correction for each class's usual
confidence (benchmarks/results/label_errors.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers of one question; (N,) rows, grouped by image.

    Attributes:
        item: Image of each answer.
        class_id: What was answered.
        confidence: In [0, 1].
    """

    item: Rows
    class_id: Rows
    confidence: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradictions:
    """For each of L labels what speaks against it.

    Attributes:
        score: In [0, 1]; 0.5 where both answers are equally sure; 0 without any answer.
        other: The likeliest other class, -1 without any.
        own, rival: Confidences of the label's class and of the other.
    """

    score: Floats
    other: Rows
    own: Floats
    rival: Floats


def contradictions(item: Rows, class_id: Rows, answers: Answers, classes: Rows) -> Contradictions:
    """Compare labels with the confidences that a run gives.

    A class that is not among an image's answers shares what the others leave of 1.

    Args:
        item, class_id: (L,) the labels, one for each image.
        answers: Those of a run; images without a label are left out.
        classes: (K,) ids of the question's classes.
    """
    column = np.full(int(classes.max(initial=0)) + 1, -1)
    column[classes] = np.arange(classes.size)
    order = np.argsort(item, kind="stable")
    at = np.minimum(np.searchsorted(item[order], answers.item), item.size - 1)
    known = item[order][at] == answers.item
    rows, columns = order[at[known]], column[answers.class_id[known]]
    table = np.full((item.size, classes.size), np.nan)
    table[rows, columns] = answers.confidence[known]
    answered = ~np.isnan(table).all(axis=1)
    table = _completed(table)
    label = np.arange(item.size), column[class_id]
    own = table[label]
    others = table.copy()
    others[label] = -1.0
    other = others.argmax(axis=1)
    rival = others[np.arange(item.size), other]
    score = np.where(answered, np.clip((1 + rival - own) / 2, 0, 1), 0.0)
    return Contradictions(
        score=score, other=np.where(answered, classes[other], -1), own=own, rival=rival
    )


def _completed(table: Floats) -> Floats:
    """Confidences of all classes: those not given share what the given ones leave of 1."""
    absent = np.isnan(table)
    left = np.clip(1 - np.nansum(table, axis=1), 0, 1)
    share = left / np.maximum(absent.sum(axis=1), 1)
    return np.where(absent, share[:, None], table)
