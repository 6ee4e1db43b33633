"""Header names of a table -> what its columns hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

ALIASES: dict[str, str] = {
    "image": "image filename file imagename imagepath imagefile path imageid img imgpath imgid",
    "class": "class label classname category categoryname labelname classid labelid object",
    "confidence": "confidence score conf prob probability",
    "x": "x x1 xmin left boxx bboxx bboxx1 boxxmin bboxxmin",
    "y": "y y1 ymin top boxy bboxy bboxy1 boxymin bboxymin",
    "x2": "x2 xmax right bboxx2 boxxmax bboxxmax",
    "y2": "y2 ymax bottom bboxy2 boxymax bboxymax",
    "cx": "cx xc xcenter xcentre centerx centrex",
    "cy": "cy yc ycenter ycentre centery centrey",
    "width": "width w boxwidth bboxwidth bboxw boxw",
    "height": "height h boxheight bboxheight bboxh boxh",
    "image_width": "imagewidth imgwidth imgw imagew",
    "image_height": "imageheight imgheight imgh imageh",
    "theta": "theta angle rotation",
    "box": "bbox box boundingbox",
    "polygon": "polygon segmentation points segments",
    "polyline": "polyline",
    "keypoints": "keypoints keypoint",
    "rle": "rle counts mask",
    "track": "track trackid trackerid objectid",
    "position": "position",
    "frame": "frame frameid frameindex",
    "sequence": "sequence video videoname seq seqname videoid",
    "crowd": "crowd iscrowd",
    "ignored": "ignored ignore difficult isdifficult",
    "group_of": "groupof isgroupof",
    "area": "area",
    "truncation": "truncation truncated",
    "occlusion": "occlusion occluded",
    "traits": "traits",
    "split": "split subset usage",
    "question": "question attribute",
}
"""What a column holds -> names of such a column, without case and punctuation."""

NUMBERS = ("classid", "labelid")
"""Columns of classes by number: another one of classes is preferred."""
RESULTS = ("name", "class", "confidence")
"""Columns of Ultralytics' results."""
_NAMES = {name: what for what, names in ALIASES.items() for name in names.split()}
BOXES = (
    (("x", "y", "x2", "y2"), "xyxy"),
    (("cx", "cy", "width", "height"), "cxcywh"),
    (("x", "y", "width", "height"), "xywh"),
)
"""Columns that make a box together, and how it is meant."""


def columns_of(header: Iterable[str]) -> dict[str, int]:
    """What is held -> number of the column; the first of several names counts."""
    found: dict[str, int] = {}
    named = ""
    header = list(header)
    for k, name in enumerate(header):
        plain = re.sub(r"[\W_]+", "", name.casefold())
        what = _NAMES.get(plain)
        if what is None:
            continue
        # Names say more than a model's own numbers of classes, as in class_id, class_name.
        if what not in found or (what == "class" and named in NUMBERS and plain not in NUMBERS):
            found[what] = k
            named = plain if what == "class" else named
    if "box" in found and set(RESULTS) <= set(header):
        # Ultralytics writes a class as its number, and its name beside that.
        found["class"] = header.index("name")
    if "x2" in found and "y2" in found:
        # Beside corners, sizes are those of the image, as TensorFlow's examples have them.
        for side in ("width", "height"):
            if side in found:
                found.setdefault(f"image_{side}", found.pop(side))
    if "frame" in found and "position" not in found:
        # Alone, a frame is a place in a sequence; beside that, a frame of the film in `image`.
        found["position"] = found.pop("frame")
    return found


def unread(header: Iterable[str], found: Mapping[str, int]) -> list[str]:
    """The columns of a header that are not read."""
    return [name for k, name in enumerate(header) if k not in found.values()]


def box_columns(found: Mapping[str, int]) -> tuple[tuple[str, ...], str] | None:
    """The columns of boxes and their form, or None."""
    return next(((names, form) for names, form in BOXES if set(names) <= found.keys()), None)


def is_table(header: Iterable[str], predicted: bool) -> bool:
    """Whether a header names enough to be a table of annotations."""
    found = columns_of(header)
    placed = "image" in found or {"sequence", "position"} <= found.keys()
    return placed and "class" in found and (not predicted or "confidence" in found)
