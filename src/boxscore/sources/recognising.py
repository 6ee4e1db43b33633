"""Which format a file or folder is: how sure that is, why, and what else it may be."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from boxscore.errors import RequestError, SourceError, shown, storable
from boxscore.sources import coco_layout, lvis
from boxscore.sources.encord_folder import encord_folder
from boxscore.sources.formats import Guess, Role, formats, recognise
from boxscore.sources.image_names import IMAGE_SUFFIXES
from boxscore.sources.json_head import head_of
from boxscore.sources.json_text import is_pickle, open_json
from boxscore.sources.regular_files import first_line, open_regular
from boxscore.sources.video import SUFFIXES as VIDEO_SUFFIXES

LINES = (".jsonl", ".ndjson", ".manifest", ".odgt")
NO_JSON = (".csv", ".tsv", ".xml", ".yaml", ".yml", *LINES)
"""What is said of other files is why they are no JSON."""
TABLES = (".csv", ".tsv")
TORCH = (".pth", ".pt")
OF_COCO = {"images", "annotations", "categories", "image_id", "category_id"}
MOST_NAMES = 10_000
FIRST_LINE = 200
"""Names of files, and characters, that a refusal looks at."""
RIVAL = 0.9
"""Share of the best guess from which another one makes the choice unsure."""
LAST_RESORT = Guess(share=0.1, why="JSON that no other format claims")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What a file or folder was taken for.

    Attributes:
        format: Name of the format.
        guess: How sure that is, and why.
        others: Formats that fit less well, and how well.
    """

    format: str
    guess: Guess
    others: tuple[tuple[str, Guess], ...] = ()

    def document(self) -> dict[str, Any]:
        """For import documents: `format`, `sure` (0 to 1), `why`, and the same of `others`."""
        return _described(self.format, self.guess) | {
            "others": [_described(name, guess) for name, guess in self.others]
        }


def _described(name: str, guess: Guess) -> dict[str, Any]:
    return {"format": name, "sure": guess.share, "why": storable(guess.why)}


def candidates(path: Path, role: Role) -> list[tuple[str, Guess]]:
    """The formats that a path may be, most likely first."""
    guesses = [*_direct(path, role)]
    guesses += [(card.name, guess) for card, guess in recognise(path, role)]
    return sorted((g for g in guesses if g[1].share > 0), key=lambda g: -g[1].share)


def _direct(path: Path, role: Role) -> Iterator[tuple[str, Guess]]:
    """Guesses of the formats that are read straight into tables."""
    yield "coco", coco_layout.recognise(path, role)
    yield "lvis", lvis.recognise(path, role)
    if role == "predictions":
        if path.is_file() and is_pickle(path):
            yield "pickle", Guess(share=1.0, why="the first bytes are those of a pickle")
        if form := encord_folder(path):
            yield form, Guess(share=1.0, why="a folder with Encord Active's ontology mapping")


def recognised(path: Path, role: Role) -> Recognition:
    """The one format that a path is.

    Raises:
        SourceError: None fits, or two fit about equally well; the message says what it may be.
        RequestError: It is a pickle, and ground truth is wanted.
    """
    _refuse_code(path, role)
    guesses = candidates(path, role)
    if not guesses and path.is_file() and path.suffix.lower() not in NO_JSON:
        open_json(path)
        if keys := _foreign_keys(path):
            raise _unknown_json(path, role, keys)
        guesses = [("coco", LAST_RESORT)]
    if not guesses:
        if not path.is_dir():
            open_regular(path).close()  # what cannot be read is no unknown format
        raise _unknown(path, role)
    (name, best), *others = guesses
    rivals = [g for g in others if best.share < 1 and g[1].share >= RIVAL * best.share]
    if rivals:
        known = [f"{n} ({g.share:.0%}: {g.why})" for n, g in [(name, best), *rivals]]
        fix = f"name it with --format: {', '.join([name, *(n for n, _ in rivals[:-1])])}"
        fix += f" or {rivals[-1][0]}"
        problem = f"may be {' or '.join(known)}"
        raise SourceError(path, "", problem, fix=fix, code="E-FORMAT-UNSURE")
    return Recognition(format=name, guess=best, others=tuple(others))


def _unknown(path: Path, role: Role) -> SourceError:
    """What was seen instead of a known format, and what would be one."""
    names = ", ".join(["coco", "lvis", *formats(role)])
    fix = f"export it as one of these, or name the one that it is with --format: {names}"
    if path.suffix.lower() in (*TABLES, *LINES):
        due = "an image, a class" + (" and a confidence" if role == "predictions" else "")
        fix = f"name {due} and the box in its first line, as image,class,confidence,x1,y1,x2,y2"
        if path.suffix.lower() in LINES:
            fix = f"name {due} and the bbox in each line, with the keys image, class, confidence"
    if role == "truth" and path.is_dir() and _of_pictures(path):
        fix = f"images without labels:  boxscore init {shown(path.name)}; labels of a form of your "
        fix += "own come in with its --transformer"
    return SourceError(path, "", f"no known format fits: {_seen(path)}", fix=fix, code="E-FORMAT")


def _of_pictures(folder: Path) -> bool:
    """Whether a folder holds nothing but images and videos."""
    names = islice((n for _, _, files in os.walk(folder) for n in files), MOST_NAMES)
    suffixes = {Path(name).suffix.lower() for name in names}
    return bool(suffixes) and suffixes <= {*IMAGE_SUFFIXES, *VIDEO_SUFFIXES}


def _foreign_keys(path: Path) -> list[str]:
    """The keys of the object, or of the first one of the list, where COCO has none of them."""
    head = head_of(path)
    first = head[0] if isinstance(head, list) and head else head
    keys = list(first) if isinstance(first, dict) else []
    return [] if OF_COCO & {*keys} else keys


def _unknown_json(path: Path, role: Role, keys: list[str]) -> SourceError:
    seen = ", ".join(shown(key) for key in keys[:5]) + ", ..." * (len(keys) > 5)
    fix = 'write COCO\'s {"images": [...], "annotations": [...], "categories": [...]}'
    if role == "predictions":
        one = '{"class": "cat", "confidence": 0.9, "bbox": [x, y, width, height]}'
        fix = f'write COCO\'s results, or {{"a.jpg": [{one}, ...]}}'
    problem = f"no known format fits: an object has the keys {seen}"
    return SourceError(path, "", problem, fix=fix, code="E-FORMAT")


def _seen(path: Path) -> str:
    """The files of a folder by suffix, or the first line of a file."""
    if path.is_dir():
        names = (n for _, _, files in os.walk(path) for n in files)
        counts = Counter(Path(n).suffix.lower() or n for n in islice(names, MOST_NAMES))
        most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:5]
        return ", ".join(f"{n} {shown(s)}" for s, n in most) or "the folder is empty"
    line = first_line(path, FIRST_LINE).strip()
    return f"it begins {shown(line)}" if line else "it has no first line"


def _refuse_code(path: Path, role: Role) -> None:
    """Pickles of PyTorch, and any pickle where ground truth is wanted."""
    if path.suffix.lower() in TORCH:
        raise SourceError(
            path,
            "",
            "is a file of PyTorch, a pickle: such files can run code and are not opened",
            fix="give coco_instances_results.json, which Detectron2 writes beside it, or JSON",
            code="E-PICKLE-TORCH",
        )
    if role == "truth" and path.is_file() and is_pickle(path):
        raise RequestError(
            f"{path}: is a pickle of predictions, no ground truth",
            fix="import it with `boxscore import predictions` into a project",
            code="E-FORMAT-PROJECT",
        )
