"""CVAT for images 1.1: one XML file with labels and every image."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from boxscore.kernels import _core
from boxscore.schema.kinds import Kind
from boxscore.sinks.content import Content, Image, One, Points


def write(content: Content, folder: Path) -> None:
    """`annotations.xml`."""
    labels = "".join(f"<label><name>{_text(row.name)}</name></label>" for row in content.classes)
    with (folder / "annotations.xml").open("w", encoding="utf-8") as file:
        file.write(
            '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n'
        )
        file.write(f"<meta><task><labels>{labels}</labels></task></meta>\n")
        for image in content.images():
            subset = f" subset={quoteattr(image.split)}" if image.split else ""
            file.write(
                f"<image id={quoteattr(str(image.index))} "
                f"name={quoteattr(image.name.as_posix())} "
                f'width="{image.width}" height="{image.height}"{subset}>\n'
            )
            for one in image.annotations:
                file.write(_shape(content.classes[one.class_id].name, one, image))
            file.write("</image>\n")
        file.write("</annotations>\n")


def _text(value: str) -> str:
    return quoteattr(value)[1:-1].replace("&quot;", '"')


def _shape(name: str, one: One, image: Image) -> str:
    if one.kind is Kind.CLASSIFICATION:
        return f'<tag label={quoteattr(name)} source="manual">{_attributes(one)}</tag>\n'
    x, y, w, h = one.box
    head = f'label={quoteattr(name)} occluded="{int(one.traits.get("occlusion", 0) > 0)}"'
    notes = _attributes(one)
    if one.kind is Kind.POLYLINE and one.parts:
        return f"<polyline {head} points={_points(one.parts[0])}>{notes}</polyline>\n"
    if one.keypoints is not None and one.kind is Kind.KEYPOINTS:
        return f"<points {head} points={_points(one.keypoints[:, :2])}>{notes}</points>\n"
    if one.kind is Kind.POLYGON and len(one.parts) == 1:
        return f"<polygon {head} points={_points(one.parts[0])}>{notes}</polygon>\n"
    if one.mask is not None:
        return _mask(head, one.mask, image, notes)
    turned = f' rotation="{one.theta!r}"' if one.theta else ""
    return (
        f'<box {head} xtl="{x!r}" ytl="{y!r}" xbr="{x + w!r}" ybr="{y + h!r}"{turned}>'
        f"{notes}</box>\n"
    )


def _attributes(one: One) -> str:
    values: dict[str, object] = {}
    if one.confidence is not None:
        values["confidence"] = repr(one.confidence)
    if one.track:
        values["track_id"] = one.track
    if one.ignored:
        values["difficult"] = "1"
    if one.crowd:
        values["crowd"] = "1"
    values |= {name: repr(value) for name, value in one.traits.items()}
    return "".join(
        f"<attribute name={quoteattr(key)}>{_text(str(value))}</attribute>"
        for key, value in values.items()
    )


def _points(points: Points) -> str:
    return quoteattr(";".join(f"{x!r},{y!r}" for x, y in points.tolist()))


def _mask(head: str, counts: bytes, image: Image, notes: str) -> str:
    """Run lengths of the box around it, row by row, the first of what is outside."""
    bitmap = _core.mask_decode(counts, image.height, image.width).astype(np.bool_)
    rows, columns = np.flatnonzero(bitmap.any(axis=1)), np.flatnonzero(bitmap.any(axis=0))
    if not rows.size:
        top, left, part = 0, 0, bitmap[:1, :1]
    else:
        top, left = int(rows[0]), int(columns[0])
        part = bitmap[top : rows[-1] + 1, left : columns[-1] + 1]
    flat = part.ravel()
    changes = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], changes, [flat.size]])).tolist()
    if flat[0]:
        runs.insert(0, 0)
    height, width = part.shape
    rle = ", ".join(map(str, runs))
    return (
        f'<mask {head} rle="{rle}" left="{left}" top="{top}" width="{width}" '
        f'height="{height}">{notes}</mask>\n'
    )
