"""Metrics of annotations and of the images that hold them: size, place, neighbours, class."""

from __future__ import annotations

import numpy as np

from boxscore.kernels import _core
from boxscore.quality.cards import metric
from boxscore.quality.image_metrics import item_seeds
from boxscore.quality.objects import Objects, Values, divided
from boxscore.quality.outlines import outlines
from boxscore.schema.kinds import Mark
from boxscore.schema.tables import unsized

SMALL = 32.0**2
"""Square pixels below which COCO calls an object small."""


# --- images by their annotations -----------------------------------------------------------------


@metric(
    "Object Count",
    reads="objects",
    unit="objects",
    low=0,
    bad="both",
    meaning="How many objects are on the image; crowd regions do not count.",
    advice="0 may be missing labels; very many are often labelled in part.",
)
def object_count(objects: Objects) -> Values:
    """(items,) whole numbers."""
    return objects.per_item()


@metric(
    "Frame object density",
    reads="objects",
    unit="percent",
    low=0,
    high=100,
    bad="both",
    meaning="Share of the image's pixels that boxes and polygons cover together.",
    advice="Near 100 a box may hold the whole image; look for wrong scales.",
)
def frame_object_density(objects: Objects) -> Values:
    """(items,) 100 times the union of all outlines, in whole pixels; nan without a size."""
    items, drawn = objects.items, outlines(objects)
    pixels = items["width"].astype(np.float64) * items["height"]
    density = np.where(pixels > 0, 0.0, np.nan)
    holders, first = np.unique(objects.item[drawn.row], return_index=True)
    ends = np.append(first, drawn.row.size).astype(np.int64)
    height, width = (np.maximum(items[n][holders], 1) for n in ("height", "width"))
    counts, offsets, _ = _core.masks_from_polygons(drawn.xy, drawn.offsets, ends, height, width)
    covered, _ = _core.mask_area_box(counts, offsets, height, width)
    sized = pixels[holders] > 0
    density[holders[sized]] = 100 * covered[sized] / pixels[holders[sized]]
    return density


@metric(
    "Small-Object Share",
    version=2,
    reads="objects",
    unit="share",
    low=0,
    high=1,
    bad="high",
    meaning="Share of the image's objects below 32 x 32 pixels of area; undefined without objects.",
    advice="Raise the input resolution, or tile.",
)
def small_object_share(objects: Objects) -> Values:
    """(items,) share."""
    small = objects.per_item((objects.pixel_area < SMALL).astype(np.float64))
    sized = objects.per_item(np.isfinite(objects.pixel_area).astype(np.float64))
    return divided(small, sized)


# --- objects: size and place ---------------------------------------------------------------------


@metric(
    "Object Area - Absolute",
    version=2,
    on="object",
    reads="objects",
    unit="px",
    low=0,
    bad="both",
    meaning="Pixels that the object covers: of its mask, else of its box, turned or not, or "
    "around its keypoints.",
    advice="Specks are often slips of the mouse; tiny objects need more resolution.",
)
def object_area_absolute(objects: Objects) -> Values:
    """(N,) square pixels."""
    return objects.defined(objects.pixel_area)


@metric(
    "Object Area - Relative",
    version=2,
    on="object",
    reads="objects",
    unit="percent",
    low=0,
    bad="both",
    meaning="Object area as a share of the image, in percent; above 100 it reaches beyond.",
    advice="As for the absolute area; objects as large as the image are often mistakes.",
)
def object_area_relative(objects: Objects) -> Values:
    """(N,) percent."""
    return objects.defined(100 * objects.area / objects.image_size.prod(axis=1))


@metric(
    "Object Aspect Ratio",
    on="object",
    reads="objects",
    unit="width / height",
    low=0,
    bad="both",
    meaning="Width divided by height of the box, a turned one along its own sides.",
    advice="Extremes are slivers: cut-off objects, or slips of the mouse.",
)
def object_aspect_ratio(objects: Objects) -> Values:
    """(N,) width / height; nan for a box without height, and on an image of unknown size."""
    ratio = divided(objects.box[:, 2], objects.box[:, 3])
    return objects.defined(np.where(unsized(objects.items)[objects.item], np.nan, ratio))


@metric(
    "Annotation closeness to image borders",
    on="object",
    reads="objects",
    unit="share",
    low=0.5,
    bad="high",
    meaning="How far the object's outermost point is from the middle towards a border: 1 touches "
    "the border, more lies beyond it.",
    advice="Cut-off objects are hard; beyond the border the label is wrong.",
)
def closeness_to_borders(objects: Objects) -> Values:
    """(N,) max(max x, max y, 1 - min x, 1 - min y) of relative coordinates."""
    size = objects.image_size
    least, most = objects.extent[:, :2] / size, objects.extent[:, 2:] / size
    return objects.defined(np.concatenate([most, 1 - least], axis=1).max(axis=1))


@metric(
    "Truncation",
    on="object",
    reads="objects",
    unit="share",
    low=0,
    high=1,
    bad="high",
    meaning="Share of the box's outline that lies on the image's border (within a pixel) or "
    "beyond: objects that the image cuts off.",
    advice="Check that the model saw cut-off objects; label only what is visible.",
)
def truncation(objects: Objects) -> Values:
    """(N,) share of the extent's outline; nan for points."""
    x0, y0, x1, y1 = objects.extent.T
    width, height = objects.image_size.T
    sides = np.stack([y1 - y0, y1 - y0, x1 - x0, x1 - x0])
    cut = np.stack([x0 < 1, x1 > width - 1, y0 < 1, y1 > height - 1])
    share = divided((sides * cut).sum(axis=0), sides.sum(axis=0))
    return objects.defined(share, np.isfinite(width))


@metric(
    "Random Values on Objects",
    on="object",
    reads="objects",
    low=0,
    high=1,
    meaning="A number without meaning, the same for the same object each time: what no "
    "relation looks like beside other metrics.",
    advice="A metric whose plot looks like this one explains nothing.",
)
def random_on_objects(objects: Objects) -> Values:
    """(N,) uniform in [0, 1), from the image and the object's place on it (splitmix64)."""
    first = np.searchsorted(objects.item, objects.item)
    place = (np.arange(objects.count) - first).astype(np.uint64) + np.uint64(1)
    seed = item_seeds(objects.items)[objects.item]
    z = seed + place * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    values: Values = ((z ^ (z >> np.uint64(31))) >> np.uint64(11)) / 2.0**53
    return values


# --- objects beside objects ----------------------------------------------------------------------


@metric(
    "Annotation Duplicates",
    on="object",
    reads="objects",
    unit="IoU",
    low=0,
    high=1,
    bad="high",
    meaning="Greatest IoU with another object of the same class on the image; from 0.6 the two "
    "are possible duplicates.",
    advice="Delete one of the two; of predictions, strengthen non-maximum suppression.",
)
def annotation_duplicates(objects: Objects) -> Values:
    """(N,) IoU; 0 when alone."""
    pairs = objects.neighbours
    same = objects.class_id[pairs.row] == objects.class_id[pairs.other]
    return objects.most(pairs, np.where(same, pairs.iou, 0.0))


@metric(
    "Occlusion by Overlap",
    version=2,
    on="object",
    reads="objects",
    unit="share",
    low=0,
    high=1,
    bad="high",
    meaning="Greatest share of the object that one other object overlaps, of whatever class.",
    advice="Objects behind others are missed: train with crowded scenes.",
)
def occlusion_by_overlap(objects: Objects) -> Values:
    """(N,) intersection / own area; nan without area."""
    pairs = objects.neighbours
    area = objects.area[pairs.row]
    share = np.nan_to_num(divided(objects.shared(pairs), area))
    return objects.defined(objects.most(pairs, np.minimum(share, 1)), objects.area > 0)


@metric(
    "Crowding",
    on="object",
    reads="objects",
    unit="objects",
    low=0,
    bad="high",
    meaning="How many other objects on the image overlap this one.",
    advice="Crowded objects are merged or missed: look at non-maximum suppression.",
)
def crowding(objects: Objects) -> Values:
    """(N,) whole numbers."""
    met = np.bincount(objects.neighbours.row, minlength=objects.count).astype(np.float64)
    return objects.defined(met)


# --- objects: class and outline ------------------------------------------------------------------


@metric(
    "Class Rarity",
    on="object",
    reads="objects",
    unit="bits",
    low=0,
    bad="high",
    meaning="-log2 of the class's share of the ground truth: rare classes are high. A predicted "
    "class without ground truth is undefined.",
    advice="Label more of the rare classes, or sample them more often.",
)
def class_rarity(objects: Objects) -> Values:
    """(N,) bits."""
    counts = objects.class_counts.astype(np.float64)
    total = counts.sum()
    rarity = np.full(counts.shape, np.nan)
    rarity[counts > 0] = np.abs(np.log2(counts[counts > 0] / total))
    return objects.defined(rarity[objects.class_id])


@metric(
    "Box Tightness",
    on="object",
    reads="objects",
    unit="IoU",
    low=0,
    high=1,
    bad="low",
    meaning="IoU of the object's box with the tightest box around its mask; undefined where one "
    "was made from the other.",
    advice="Draw the box anew; loose boxes cost AP at high IoU.",
)
def box_tightness(objects: Objects) -> Values:
    """(N,) IoU of two upright boxes."""
    tight = np.full((objects.count, 4), np.nan)
    tight[objects.annotations.masks["row"]] = objects.mask_area_box[1]
    box = objects.box
    low = np.maximum(box[:, :2], tight[:, :2])
    high = np.minimum(box[:, :2] + box[:, 2:], tight[:, :2] + tight[:, 2:])
    shared = np.maximum(high - low, 0).prod(axis=1)
    union = box[:, 2:].prod(axis=1) + tight[:, 2:].prod(axis=1) - shared
    given = objects.annotations.table["marks"] & np.uint16(Mark.BOX_COMPUTED) == 0
    iou = divided(shared, union)
    return objects.defined(iou, given & objects.masked)


@metric(
    "Mask Fill",
    on="object",
    reads="objects",
    unit="share",
    low=0,
    high=1,
    bad="low",
    meaning="Share of the mask's tightest box that the mask fills; thin or scattered masks are "
    "low.",
    advice="Look for stray pixels far from the object.",
)
def mask_fill(objects: Objects) -> Values:
    """(N,) mask area / box area; nan without a mask."""
    fill = np.full(objects.count, np.nan)
    area, box = objects.mask_area_box
    fill[objects.annotations.masks["row"]] = divided(area, box[:, 2] * box[:, 3])
    return objects.defined(fill)


OBJECT_METRICS = (
    object_count, frame_object_density, small_object_share, object_area_absolute,
    object_area_relative, object_aspect_ratio, closeness_to_borders, truncation,
    random_on_objects, annotation_duplicates, occlusion_by_overlap, crowding, class_rarity,
    box_tightness, mask_fill,
)  # fmt: skip
