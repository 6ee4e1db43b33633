"""Images that are there twice, exactly or nearly, and what a run scores where splits leak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.document import defined
from boxscore.project.embeddings.likeness import image_place
from boxscore.project.embeddings.stored import IMAGES, Embedded, stored
from boxscore.project.loading import Loaded
from boxscore.project.numbers import Question, evaluation_document
from boxscore.project.pictures.originals import facts_of_originals
from boxscore.project.tasks import task_of
from boxscore.quality.embedding_model import BUNDLED_NAME
from boxscore.quality.neighbours import nearest
from boxscore.quality.squares import bits_apart
from boxscore.sources.folder_files import is_video

Document = dict[str, Any]
LEAST_COSINE = 0.85
"""Of the bundled model's embeddings, from which two images count as nearly the same."""
MOST_BITS, HASHED_COSINE = 6, 0.45
"""Bits of 64 up to which difference hashes say the same where embeddings do not deny it."""
CONFIRMING_BITS = 9
"""Bits up to which hashes confirm what the vectors of any model but the bundled one say: of the
9,000 pairs of different photographs that were measured none is nearer than 10.
"""
LOOKED_AT = 20
"""Neighbours of each image that are looked at."""
AT_ONCE = 16_384
"""Pairs whose cosines are computed together."""
CLOSEST = 6
"""Pairs that are shown when none is near enough."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of images, first < second, the most alike first.

    Attributes:
        cosine: Of their embeddings; nan where there are none.
        bits: In which their difference hashes differ, of 64; -1 where not known.
        mirrored: Whether a mirrored hash fits better.
        exact: Whether their files have the same bytes.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    cosine: NDArray[np.float64]
    bits: NDArray[np.int64]
    mirrored: NDArray[np.bool_]
    exact: NDArray[np.bool_]

    def take(self, index: NDArray[Any]) -> Pairs:
        """The pairs at `index`."""
        return Pairs(**{name: getattr(self, name)[index] for name in self.__slots__})


def checked_cosine(cosine: float) -> float:
    """A threshold that makes sense.

    Raises:
        RequestError: It is none.
    """
    if not 0 < cosine <= 1:
        raise RequestError(f"cosine {cosine}", fix="choose above 0, up to 1", code="E-QUERY")
    return cosine


def all_pairs(state: Loaded) -> Pairs:
    """Each image with its nearest neighbours and exact copies, whatever their cosine.

    Pairs within one sequence and split are left out: its frames are alike by nature.
    """
    found: Pairs = state.remembered(("pairs", state.embedded), lambda: _pairs(state))
    return found


def _pairs(state: Loaded) -> Pairs:
    items = state.truth().items
    embedded = stored(state, IMAGES)
    same = _copies(state)
    couples = [same]
    if embedded is not None:
        near = nearest(embedded.vectors, min(LOOKED_AT, max(1, items.rows - 1)))
        row = np.repeat(np.arange(len(near.row)), near.row.shape[1])
        couple = np.stack([row, near.row.ravel()], axis=1)
        couples.append(np.sort(couple[couple[:, 1] >= 0], axis=1))
    whole = np.unique(np.concatenate(couples), axis=0)
    first, second = whole[:, 0], whole[:, 1]
    cosine = np.full(first.size, np.nan)
    bits, mirrored = np.full(first.size, -1, np.int64), np.zeros(first.size, np.bool_)
    if embedded is not None:
        vectors = embedded.vectors
        for start in range(0, first.size, AT_ONCE):
            part = slice(start, start + AT_ONCE)
            cosine[part] = np.einsum("nd,nd->n", vectors[first[part]], vectors[second[part]])
        bits, mirrored = bits_apart(embedded.hashes[first], embedded.hashes[second])
    count = items.rows
    exact = np.isin(first * count + second, same[:, 0] * count + same[:, 1])
    pairs = Pairs(first, second, np.minimum(cosine, 1.0), bits, mirrored, exact)
    sequence, split = items["sequence"], items["split"]
    natural = (sequence[first] == sequence[second]) & (sequence[first] != "")
    pairs = pairs.take(np.flatnonzero(~(natural & (split[first] == split[second]))))
    likeness = np.nan_to_num(pairs.cosine, nan=-1.0)
    return pairs.take(np.lexsort((pairs.second, pairs.first, -likeness, ~pairs.exact)))


def _copies(state: Loaded) -> NDArray[np.int64]:
    """(P, 2) pairs of images whose files have the same bytes: each with the first of its kind."""
    known = facts_of_originals(state.root)
    first: dict[str, int] = {}
    pairs: list[tuple[int, int]] = []
    for row, file in enumerate(state.truth().items["file"].tolist()):
        if not file or is_video(state.root / file):
            continue
        content = known.get(file, (None, None))[1] or file
        if content in first:
            pairs.append((first[content], row))
        first.setdefault(content, row)
    return np.array(pairs, np.int64).reshape(-1, 2)


def near_pairs(state: Loaded, cosine: float) -> Pairs:
    """Exact copies, pairs of at least a cosine, and likely ones whose hashes agree."""
    pairs = all_pairs(state)
    return pairs.take(np.flatnonzero(_same(state, pairs, checked_cosine(cosine))))


def _same(state: Loaded, pairs: Pairs, cosine: float) -> NDArray[np.bool_]:
    """Small or strongly compressed copies change their embeddings more than their hashes."""
    hashed = (pairs.bits >= 0) & (pairs.bits <= MOST_BITS)
    likely = pairs.cosine >= min(cosine, HASHED_COSINE)
    close = (pairs.cosine >= cosine) & ~_denied(state, pairs)
    found: NDArray[np.bool_] = pairs.exact | close | (hashed & likely)
    return found


def _denied(state: Loaded, pairs: Pairs) -> NDArray[np.bool_]:
    """Pairs whose pixels differ, where only the bundled model's cosine is known to mean a copy."""
    embedded = stored(state, IMAGES)
    if embedded is None or embedded.model.name == BUNDLED_NAME:
        return np.zeros(pairs.first.size, np.bool_)
    return pairs.bits > CONFIRMING_BITS


def across(state: Loaded, pairs: Pairs) -> NDArray[np.bool_]:
    """Whether the two images are of different splits."""
    split = state.truth().items["split"]
    one, other = split[pairs.first], split[pairs.second]
    apart: NDArray[np.bool_] = (one != other) & (one != "") & (other != "")
    return apart


def leaked_images(state: Loaded, cosine: float = LEAST_COSINE) -> NDArray[np.bool_]:
    """(items,) images that another split has too, exactly or nearly."""
    pairs = near_pairs(state, cosine)
    over = across(state, pairs)
    mask = np.zeros(state.truth().items.rows, np.bool_)
    mask[pairs.first[over]] = mask[pairs.second[over]] = True
    return mask


def duplicates(state: Loaded, cosine: float, limit: int) -> Document:
    """Pairs that are exactly or nearly the same, and how many lie in two splits."""
    pairs = near_pairs(state, cosine)
    over = across(state, pairs)
    others = all_pairs(state)
    rest = np.flatnonzero(~_same(state, others, cosine))[:CLOSEST]
    model = stored(state, IMAGES)
    unconfirmed = int((~pairs.exact & (pairs.bits < 0)).sum())
    denied = int(((others.cosine >= cosine) & ~others.exact & _denied(state, others)).sum())
    return {
        "cosine": cosine,
        "model": None if model is None else model.model.name,
        "exact": int(pairs.exact.sum()),
        "near": int((~pairs.exact).sum()),
        "unconfirmed": unconfirmed,
        "denied": denied,
        "across_splits": int(over.sum()),
        "splits": sorted({s for s in state.truth().items["split"].tolist() if s}),
        "leaked_images": int(leaked_images(state, cosine).sum()),
        "pairs": _documents(state, pairs.take(np.arange(min(limit, pairs.first.size)))),
        "closest": _documents(state, others.take(rest)),
        "notes": _notes(model, unconfirmed, denied),
    }


def _notes(model: Embedded | None, unconfirmed: int, denied: int) -> list[str]:
    if model is None:
        return ["no embeddings: only exact copies are found; run `boxscore embed`"]
    name, notes = model.model.name, []
    if denied:
        notes.append(
            f"pairs that {name} finds alike, but not counted, as their pixels differ: {denied}"
        )
    if unconfirmed:
        notes.append(
            f"near pairs that rest on {name} alone, as there were no pixels to compare: "
            f"{unconfirmed}"
        )
    return notes


def _documents(state: Loaded, pairs: Pairs) -> list[Document]:
    over = across(state, pairs)
    return [
        {
            "first": image_place(state, int(pairs.first[k])),
            "second": image_place(state, int(pairs.second[k])),
            "cosine": defined(pairs.cosine[k]),
            "bits": int(pairs.bits[k]) if pairs.bits[k] >= 0 else None,
            "mirrored": bool(pairs.mirrored[k]),
            "exact": bool(pairs.exact[k]),
            "across_splits": bool(over[k]),
        }
        for k in range(pairs.first.size)
    ]


# --- what a run scores where splits leak ---------------------------------------------------------


def leakage(state: Loaded, run: str, task: str | None, cosine: float) -> Document:
    """A run's scores on images that no other split holds, and on those that one does."""
    chosen = task_of(state, run, task)
    mask = leaked_images(state, cosine)
    split = state.truth().items["split"]
    names = sorted({name for name in split.tolist() if name})
    parts = []
    for name in [None, *names]:
        within = np.ones(split.size, np.bool_) if name is None else split == name
        head = "" if name is None else f"split={name},"
        scores = {}
        for word, part in (("clean", within & ~mask), ("leaked", within & mask)):
            question = Question(task=chosen, where=f"{head}leaked={_yes(word)}:{cosine:g}")
            scores[word] = {"images": int(part.sum()), "metrics": None}
            if part.any():
                answer = evaluation_document(state, run, question)
                scores[word]["metrics"] = answer["metrics"]
        parts.append({"split": name, **scores})
    notes = [] if len(names) > 1 else ["the images have no two splits: nothing can leak"]
    if stored(state, IMAGES) is None:
        notes.append("no embeddings: only exact copies are found; run `boxscore embed`")
    return {
        "run": run,
        "task": chosen.value,
        "cosine": cosine,
        "leaked_images": int(mask.sum()),
        "images": int(mask.size),
        "parts": parts,
        "notes": notes,
    }


def _yes(word: str) -> str:
    return "yes" if word == "leaked" else "no"
