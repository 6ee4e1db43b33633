"""A raw set as a project of its own: items, ontology and ground truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown, storable
from boxscore.schema.kinds import Kind, Shape
from boxscore.schema.ontology import Ontology, OntologyBuilder
from boxscore.schema.tables import GROUND_TRUTH, ITEMS, VERDICTS, Table
from boxscore.sources import video
from boxscore.sources.coco_items import texts_of
from boxscore.sources.data_ids import data_hash_of_file, data_hash_without_file
from boxscore.sources.folder_files import is_video
from boxscore.sources.image_files import ImageFacts, read_all_facts
from boxscore.sources.image_names import (
    ELSEWHERE,
    ELSEWHERE_WORDS,
    IMAGE_SUFFIXES,
    LOST,
    NameIndex,
    last_names,
)
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.project_tables import ImageFile, ProjectTables
from boxscore.sources.raw import RawImage, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.settling import Settlement, annotations_of
from boxscore.sources.told_boxes import as_meant
from boxscore.sources.video import VideoFacts

SHAPES = (
    (Kind.POLYGON, Shape.POLYGON),
    (Kind.BITMASK, Shape.BITMASK),
    (Kind.ROTATED_BOX, Shape.ROTATABLE_BOUNDING_BOX),
    (Kind.BOX, Shape.BOUNDING_BOX),
    (Kind.KEYPOINTS, Shape.SKELETON),
    (Kind.POLYLINE, Shape.POLYLINE),
)
"""Kinds that give a class its shape; the first that it has any of."""

LARGEST_SIDE = 1_000_000
"""Pixels that a source may state for a side of an image."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """An image with its file, if it has one."""

    image: RawImage
    path: Path | None
    relative: str
    facts: ImageFacts | VideoFacts | None

    def size(self) -> tuple[int, int]:
        """As a viewer shows it, unless the source says that it means the picture as stored."""
        declared = self.image.width, self.image.height
        if self.facts is None:
            return declared
        return declared if all(declared) else self.facts.shown


def project_of(
    raw: RawSet, name: str, images: Path | None, report: ImportReport, *, mapped: bool = False
) -> ProjectTables:
    """Every image of the source as an item, every class in the ontology, every usable record.

    Args:
        images: Folder in which image files are looked for, beside those that the source found.
        mapped: Whether a mapping file says how boxes are meant.

    Raises:
        SourceError: More than 5 % of the records are unusable.
    """
    total = raw.rows + report.rejected
    pictures = _pictures(raw, images, report)
    extents = _extents(raw)
    order = _in_order(pictures)
    sizes = np.array([_size(pictures[k], extents[k], report) for k in order], np.int32).reshape(
        -1, 2
    )
    items, files = _items([pictures[k] for k in order], sizes)
    item = np.full(len(raw.images), -1, np.int32)
    item[order] = np.arange(len(order), dtype=np.int32)
    raw = raw if mapped else as_meant(raw, *_known_sizes(pictures), report)
    ontology, class_id = _ontology(raw)
    settled = Settlement(
        item=item,
        class_id=class_id,
        convention=raw.convention,
        width=items["width"],
        height=items["height"],
    )
    ground_truth = annotations_of(raw, settled, GROUND_TRUTH, report)
    report.check_refusal(total)
    return ProjectTables(
        name=name,
        items=items,
        ontology=ontology,
        ground_truth=ground_truth,
        files=files,
        report=report,
        verdicts=_verdicts(raw, item, class_id),
    )


def _known_sizes(pictures: list[_Picture | None]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(images,) widths and heights, 0 where neither a file nor the source tells them."""
    sizes = [(0, 0) if picture is None else picture.size() for picture in pictures]
    both = np.array(sizes, np.int32).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _pictures(raw: RawSet, images: Path | None, report: ImportReport) -> list[_Picture | None]:
    """Every image with its file; None where the file must not be used."""
    index = NameIndex(images) if images is not None else None
    found = [_find(image, raw.path, index) for image in raw.images]
    if images is not None:
        found = _by_last_name(raw.images, found, images, report)
    facts = _facts([None if problem[0] else path for path, _, problem in found])
    pictures: list[_Picture | None] = []
    told: set[Path] = set()
    missing = 0
    for image, (path, relative, problem), fact in zip(raw.images, found, facts, strict=True):
        if fact is not None:
            problem = _unusable(image, fact, problem)
        if max(image.width, image.height) > LARGEST_SIDE:
            words = f"{shown(image.width)} x {shown(image.height)} is no size of an image"
            problem = "E-IMAGE-SIZE", words
        if problem[0]:
            report.reject(problem[0], shown(image.key), problem[1])
            pictures.append(None)
            continue
        if path is not None and fact is not None and fact.findings and path not in told:
            told.add(path)  # once for all frames of a video
            for code, words in fact.findings:
                report.repair(code, shown(image.key), words)
        missing += path is None
        pictures.append(_Picture(image, path, relative, fact))
    if missing:
        report.note(
            "W-IMAGE-MISSING", "image files are missing: items kept without pixels", missing
        )
    return pictures


def _facts(paths: list[Path | None]) -> list[ImageFacts | VideoFacts | None]:
    """Facts of each file; frames of one video share theirs."""
    filmed = {k: path for k, path in enumerate(paths) if path is not None and is_video(path)}
    still = {k: path for k, path in enumerate(paths) if path is not None and k not in filmed}
    films = list(dict.fromkeys(filmed.values()))
    of_film = dict(zip(films, video.read_all_facts(films), strict=True))
    facts: list[ImageFacts | VideoFacts | None] = [None] * len(paths)
    for k, path in filmed.items():
        facts[k] = of_film[path]
    for k, fact in zip(still, read_all_facts(list(still.values())), strict=True):
        facts[k] = fact
    return facts


def _unusable(
    image: RawImage, facts: ImageFacts | VideoFacts, problem: tuple[str, str]
) -> tuple[str, str]:
    """Why an image's file cannot be used: code and words, or what was known before."""
    if facts.code:
        return facts.code, f"{shown(image.key)} {facts.problem}"
    if facts.frames and image.frame >= facts.frames:
        words = f"{shown(image.key)} is frame {image.frame} of a video of {facts.frames}"
        return "E-VIDEO-FRAME", words
    return problem


_Found = tuple[Path | None, str, tuple[str, str]]
"""The file of an image, its name in the project, and why it must not be used."""


def _by_last_name(
    images: Sequence[RawImage], found: list[_Found], folder: Path, report: ImportReport
) -> list[_Found]:
    """The same; paths of another machine lead to the only picture that is called as they end."""
    near, out, elsewhere = PictureFiles([folder]), [], 0
    names = last_names([image.key for image in images])
    for name, one in zip(names, found, strict=True):
        lost = name and one[0] is None and one[2][0] in LOST
        path, title = near.find(name) if lost else (None, "")
        elsewhere += path is not None
        out.append(one if path is None else (path, title, ("", "")))
    if elsewhere:
        report.note(ELSEWHERE, ELSEWHERE_WORDS, elsewhere)
    return out


def _find(image: RawImage, source: Path, index: NameIndex | None) -> _Found:
    """By what the source found, else by the name in the folder of images."""
    if image.path is not None:
        if image.title:
            return image.path, image.title, ("", "")
        root = source if source.is_dir() else source.parent
        inside = image.path.is_relative_to(root)
        name = image.path.relative_to(root).as_posix() if inside else image.path.name
        return image.path, storable(name), ("", "")
    if index is None:
        return None, image.title or image.key, ("", "")
    found = index.find(image.key)
    if found.path is None and not found.refused[0] and not Path(image.key).suffix:
        for suffix in sorted(IMAGE_SUFFIXES):
            other = index.find(image.key + suffix)
            if other.path is not None:
                return other.path, other.relative, ("", "")
    return found.path, found.relative or image.title or image.key, found.refused


def _extents(raw: RawSet) -> NDArray[np.float64]:
    """(images, 2) the farthest right and bottom edge of boxes and points on each image, as written.

    Nan where nothing has a place on its image, and sizes do not matter.
    """
    far = np.zeros((len(raw.images), 2))
    if raw.rows and (raw.columns["kind"] == Kind.CLASSIFICATION).all():
        return np.full_like(far, np.nan)
    if raw.convention.scale != "pixels" or not raw.rows:
        return far
    before = {"xywh": 1.0, "cxcywh": 1.0}.get(raw.convention.corners or "", 0.0)
    share = 0.5 if raw.convention.corners == "cxcywh" else 1.0
    corner = raw.box[:, 2:] * share + raw.box[:, :2] * before
    sound = np.isfinite(corner).all(axis=1)
    np.maximum.at(far, raw.columns["image"][sound], corner[sound])
    points = np.stack([raw.points["x"], raw.points["y"]], axis=1)
    drawn = np.isfinite(points).all(axis=1)
    np.maximum.at(far, raw.columns["image"][raw.points["row"][drawn]], points[drawn])
    frames = [k for k, image in enumerate(raw.images) if image.sequence]
    if frames:
        # All frames of a sequence have one size.
        names = np.unique([raw.images[k].sequence for k in frames], return_inverse=True)[1]
        whole = np.zeros((int(names.max()) + 1, 2))
        np.maximum.at(whole, names, far[frames])
        far[frames] = whole[names]
    return far


def _size(
    picture: _Picture | None, extent: NDArray[np.float64], report: ImportReport
) -> tuple[int, int]:
    assert picture is not None
    width, height = picture.size()
    if width > 0 and height > 0:
        return width, height
    if np.isnan(extent).any():
        problem = "images of unknown size, which classes do not need: kept as 1 x 1 pixels"
        report.note("N-IMAGE-SIZE", problem)
        return 1, 1
    guess = np.ceil(np.clip(extent, 1, 1 << 20)).astype(int).tolist()
    report.repair(
        "W-IMAGE-SIZE",
        shown(picture.image.key),
        f"its size is not known: {guess[0]} x {guess[1]} taken from the extent of its boxes",
    )
    return guess[0], guess[1]


def _in_order(pictures: list[_Picture | None]) -> list[int]:
    """Usable images by key: numbers by value, texts by code point."""
    kept = [k for k, picture in enumerate(pictures) if picture is not None]
    keys = {k: p.image.key for k, p in enumerate(pictures) if p is not None}
    numbers = all(key.isascii() and key.isdigit() for key in keys.values())
    if numbers:
        return sorted(kept, key=lambda k: int(keys[k]))
    return sorted(kept, key=lambda k: keys[k])


def _items(
    pictures: list[_Picture | None], sizes: NDArray[np.int32]
) -> tuple[Table, list[ImageFile]]:
    kept = [p for p in pictures if p is not None]
    hashes, places, files = [], [], []
    stored: set[str] = set()
    seen: Counter[tuple[str, int]] = Counter()
    for k, picture in enumerate(kept):
        name, size, frame = picture.relative, sizes[k].tolist(), picture.image.frame
        occurrence, seen[name, frame] = seen[name, frame], seen[name, frame] + 1
        given = picture.image.data_hash
        if picture.path is None or picture.facts is None:
            hashes.append(given or data_hash_without_file(name, size[0], size[1], occurrence))
            places.append("")
            continue
        hashes.append(given or data_hash_of_file(picture.facts.sha256, name, occurrence))
        places.append(f"images/{hashes[-1]}{storable(picture.path.suffix.lower())}")
        if places[-1] in stored:
            continue  # another frame of the same video
        stored.add(places[-1])
        file = ImageFile(
            item=k,
            path=picture.path,
            relative=name,
            sha256=picture.facts.sha256,
            size=picture.facts.size,
        )
        files.append(file)
    images = [p.image for p in kept]
    return Table(
        ITEMS,
        {
            "data_hash": texts_of(hashes),
            "frame": np.array([max(i.frame, 0) for i in images], np.int32),
            "title": texts_of([p.relative for p in kept]),
            "width": sizes[:, 0].copy(),
            "height": sizes[:, 1].copy(),
            "source_id": texts_of([i.key for i in images]),
            "file": texts_of(places),
            "split": texts_of([i.split for i in images]),
            "licence": texts_of([""] * len(kept)),
            "sequence": texts_of([i.sequence for i in images]),
            "position": np.array([i.position for i in images], np.int32),
        },
    ), files


def _ontology(raw: RawSet) -> tuple[Ontology, NDArray[np.int32]]:
    """Classes of objects by number, else in the source's order; answers by question after them."""
    if raw.ontology is not None:
        return raw.ontology, _places_in(raw.ontology, raw)
    kind, ref = raw.columns["kind"], raw.columns["class_ref"]
    met = {one: set(np.unique(ref[kind == one]).tolist()) for one, _ in SHAPES}
    objects = [k for k, c in enumerate(raw.classes) if not c.question]
    if all(raw.classes[k].number is not None for k in objects):
        objects.sort(key=lambda k: raw.classes[k].number or 0)
    builder = OntologyBuilder()
    for k in objects:
        c = raw.classes[k]
        shape = next((given for one, given in SHAPES if k in met[one]), Shape.BOUNDING_BOX)
        name = c.name if c.name is not None else str(c.number)
        builder.object(
            name,
            shape,
            source_id=c.number,
            parent=c.parent,
            thing=c.thing,
            skeleton=c.skeleton,
        )
    hashes = {
        k: builder.option(c.question, c.name if c.name is not None else str(c.number))
        for k, c in enumerate(raw.classes)
        if c.question
    }
    ontology = builder.build()
    answers = {
        (c.feature_hash, c.attribute_hash, c.option_hash): c.class_id for c in ontology.classes
    }
    class_id = np.full(len(raw.classes), -1, np.int32)
    class_id[objects] = np.arange(len(objects), dtype=np.int32)
    for k, key in hashes.items():
        class_id[k] = answers[key]
    return ontology, class_id


def _places_in(ontology: Ontology, raw: RawSet) -> NDArray[np.int32]:
    """Rows of a source's own ontology, by hashes."""
    place = {
        "/".join(filter(None, (c.feature_hash, c.attribute_hash, c.option_hash))): c.class_id
        for c in ontology.classes
    }
    return np.array([place.get(c.name or "", -1) for c in raw.classes], np.int32)


def _verdicts(raw: RawSet, item: NDArray[np.int32], class_id: NDArray[np.int32]) -> Table:
    kept = sorted(
        (int(item[i]), int(class_id[c]), verdict)
        for i, c, verdict in raw.verdicts
        if item[i] >= 0 and class_id[c] >= 0
    )
    columns = np.array(kept, np.int64).reshape(-1, 3)
    return Table(
        VERDICTS,
        {
            "item": columns[:, 0].astype(np.int32),
            "class_id": columns[:, 1].astype(np.int32),
            "verdict": columns[:, 2].astype(np.uint8),
        },
    )
