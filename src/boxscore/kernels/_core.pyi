"""Types of the compiled kernels. Shapes: P predictions, G ground truths, N records or masks."""

from collections.abc import Sequence
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]
U16 = NDArray[np.uint16]
U8 = NDArray[np.uint8]
MaskArrays = tuple[U8, I64, I32, I32]
FieldSpec = Sequence[tuple[str, str, bool]]

# --- scan ------------------------------------------------------------------------------------

class ScanError(ValueError):
    offset: int
    code: str
    problem: str

class SegmentationColumn:
    @property
    def kind(self) -> U8: ...
    @property
    def size(self) -> I64: ...
    @property
    def coordinates(self) -> F64: ...
    @property
    def part_offsets(self) -> I64: ...
    @property
    def object_offsets(self) -> I64: ...
    @property
    def compressed(self) -> U8: ...
    @property
    def compressed_offsets(self) -> I64: ...
    @property
    def counts(self) -> I64: ...
    @property
    def counts_offsets(self) -> I64: ...

class Records:
    @property
    def count(self) -> int: ...
    @property
    def index(self) -> I64: ...
    @property
    def odd(self) -> I64: ...
    def column(self, key: str) -> NDArray[Any]: ...
    def present(self, key: str) -> U8: ...
    def texts(self, key: str) -> list[str]: ...
    def is_text(self, key: str) -> bool: ...
    def segmentation(self) -> SegmentationColumn: ...

class ListScan:
    def __init__(self, source: str | bytes, fields: FieldSpec, threads: int = 0) -> None: ...
    def next(self, size: int) -> Records | None: ...

def scan_list(source: str | bytes, fields: FieldSpec, threads: int = 0) -> Records: ...
def scan_members(
    source: str | bytes, members: dict[str, FieldSpec]
) -> dict[str, Records | None]: ...

class ScoreResult:
    @property
    def task(self) -> str: ...
    @property
    def stats(self) -> list[float]: ...
    @property
    def images(self) -> int: ...
    @property
    def ground_truth(self) -> int: ...
    @property
    def predictions(self) -> int: ...
    @property
    def odd(self) -> int: ...

class Progress:
    def __init__(self) -> None: ...
    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...

def score_files(
    truth: str | bytes,
    results: str | bytes,
    task: str = "auto",
    threads: int = 0,
    progress: Progress | None = None,
) -> ScoreResult: ...
def match_files(
    truth: str | bytes, results: str | bytes, task: str = "auto", threads: int = 0
) -> tuple[str, memoryview, memoryview, memoryview] | None: ...

# --- masks -----------------------------------------------------------------------------------

def masks_from_polygons(
    xy: F64,
    part_offsets: I64,
    object_offsets: I64,
    height: I32,
    width: I32,
    threads: int = 0,
) -> tuple[U8, I64, U8]: ...
def masks_from_compressed(
    counts: U8, offsets: I64, height: I32, width: I32, threads: int = 0
) -> tuple[U8, I64, U8]: ...
def masks_from_counts(
    runs: I64, run_offsets: I64, height: I32, width: I32, threads: int = 0
) -> tuple[U8, I64, U8]: ...
def mask_area_box(
    counts: U8, offsets: I64, height: I32, width: I32, threads: int = 0
) -> tuple[F64, F64]: ...
def mask_iou(found: list[bytes], truth: list[bytes], crowd: U8, height: int, width: int) -> F64: ...
def mask_decode(counts: bytes, height: int, width: int) -> U8: ...
def mask_from_bitmap(bitmap: U8) -> bytes: ...
def masks_from_map(
    values: NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.uint32], most: int
) -> tuple[NDArray[np.uint32], bytes, I64] | None: ...
def to_polygons(counts: bytes, height: int, width: int) -> list[list[float]]: ...

# --- overlaps --------------------------------------------------------------------------------

class Overlap:
    def matrix(self) -> F64: ...

def mask_overlap(truth: MaskArrays, found: MaskArrays, crowd: U8) -> Overlap: ...
def boundary_overlap(
    truth: MaskArrays, found: MaskArrays, crowd: U8, ratio: float = 0.02
) -> Overlap: ...
def rotated_overlap(
    truth_box: F64, truth_theta: F64, box: F64, theta: F64, crowd: U8
) -> Overlap: ...
def keypoint_overlap(
    truth_class: I32,
    truth_box: F64,
    truth_area: F64,
    truth_keypoints: F64,
    keypoints: F64,
    sigmas: F64,
) -> Overlap: ...
def mask_boundary(counts: bytes, height: int, width: int, ratio: float = 0.02) -> bytes: ...

# --- matching --------------------------------------------------------------------------------

class Protocol:
    iou: list[float]
    area: list[list[float]]
    max_dets: list[int]
    recall: list[float]
    @staticmethod
    def coco() -> Protocol: ...

class Matches:
    @property
    def matched(self) -> U16: ...
    @property
    def ignored(self) -> U16: ...
    @property
    def rank(self) -> I32: ...
    @property
    def positives(self) -> I64: ...
    def columns(self) -> tuple[I64, F64, U64, U64, I32, U8]: ...
    @staticmethod
    def of(
        class_start: I64,
        confidence: F64,
        matched: U64,
        ignored: U64,
        rank: I32,
        in_area: U8,
        positives: I64,
        protocol: Protocol,
        item: I32 | None = None,
    ) -> Matches: ...

class Curves:
    @property
    def precision(self) -> F64: ...
    @property
    def scores(self) -> F64 | None: ...
    @property
    def recall(self) -> F64: ...

def match(
    truth_item: I32,
    truth_class: I32,
    truth_box: F64,
    truth_area: F64,
    truth_crowd: U8,
    item: I32,
    class_id: I32,
    box: F64,
    area: F64 | None,
    confidence: F64,
    items: int,
    classes: int,
    protocol: Protocol,
    overlap: Overlap | None = None,
    truth_ignored: U8 | None = None,
    excused: U8 | None = None,
    threads: int = 0,
) -> Matches: ...
def accumulate(
    matches: Matches,
    protocol: Protocol,
    threads: int = 0,
    scores: bool = True,
    every_limit: bool = True,
) -> Curves: ...
def join_curves(parts: Sequence[Curves]) -> Curves: ...
def summarize(curves: Curves, protocol: Protocol) -> list[float]: ...
def average_precision(
    curves: Curves, area: int, thresholds: list[int], classes: list[int]
) -> float: ...
def average_recall(curves: Curves, area: int, limit: int, thresholds: list[int]) -> float: ...
def candidate_pairs(
    truth_item: I32,
    truth_box: F64,
    truth_crowd: U8,
    item: I32,
    box: F64,
    floor: float = 0.1,
    overlap: Overlap | None = None,
    threads: int = 0,
) -> tuple[I32, I32, F64]: ...
def box_iou(found: F64, truth: F64, crowd: U8) -> F64: ...

class Recount:
    def __init__(
        self,
        truth_class: I32,
        truth_ignored: U8,
        truth_crowd: U8,
        item: I32,
        class_id: I32,
        confidence: F64,
        pair_prediction: I32,
        pair_truth: I32,
        pair_iou: F64,
        max_detections: int = 100,
    ) -> None: ...
    @property
    def considered(self) -> U8: ...
    def at(self, iou: float) -> tuple[I32, U8, I32]: ...

# --- rankings --------------------------------------------------------------------------------

def sweep_classes(
    class_id: I32, confidence: F64, verdict: U8, objects: I64, grid: F64
) -> tuple[I64, I64, F64, F64, tuple[float, float], tuple[float, float]]: ...
def lrp_sums(
    class_id: I32,
    confidence: F64,
    verdict: U8,
    rows: I64,
    overlap: F64,
    objects: I64,
    iou: float,
) -> tuple[F64, F64, F64, F64]: ...
def read_ranking(
    class_id: I32, code: U8, verdict: U8, objects: I64, recall: F64, threads: int = 0
) -> tuple[F64, I64]: ...
def best_overlaps(
    pair_prediction: I32,
    pair_truth: I32,
    pair_iou: F64,
    class_id: I32,
    truth_class: I32,
    counted: U8,
) -> tuple[F64, I32, F64, I32]: ...
def error_kinds(
    wrong: U8,
    same_iou: F64,
    same: I32,
    other_iou: F64,
    taker: I32,
    iou: float,
    background: float,
    threads: int = 0,
) -> U8: ...
def mending(kind: U8, same: I32, other: I32, confidence: F64, unfound: U8) -> tuple[U8, U8]: ...
def match_overlaps(pair_prediction: I32, pair_truth: I32, pair_iou: F64, matched: I32) -> F64: ...
def first_of_groups(rows: I64, group: I32, groups: int, most: int) -> U8: ...

# --- errors fixed ----------------------------------------------------------------------------

class FixedRankings:
    def __init__(
        self, rows: I64, class_id: I32, code: U8, fixed_class: I32, objects: I64, recall: F64
    ) -> None: ...
    def class_ap(self) -> F64: ...
    def mean_ap(
        self, start: I64, rows: I64, lost_start: I64, lost_class: I64, threads: int = 0
    ) -> F64: ...

def effort(
    start: I64,
    rows: I64,
    lost_start: I64,
    lost: I64,
    shown: U8,
    item: I32,
    lost_item: I32,
    items: int,
) -> tuple[I64, I64]: ...

# --- assignment ------------------------------------------------------------------------------

def assign(cost: F64) -> tuple[I64, I64]: ...

# --- fusion ----------------------------------------------------------------------------------

def fuse_boxes(start: I64, box: F64, confidence: F64, iou: float) -> tuple[I64, F64, F64, I64]: ...

# --- pixels ----------------------------------------------------------------------------------

class PixelSums(TypedDict):
    grey: I64
    sum: tuple[int, int, int]
    squares: tuple[int, int, int]
    laplace_sum: int
    laplace_squares: int
    red: int
    green: int
    blue: int
    rg_sum: int
    rg_squares: int
    yb_sum: int
    yb_squares: int
    noise: int
    text_blocks: int
    text_written: int

def pixel_statistics(rgb: U8) -> PixelSums: ...

# --- resampling ------------------------------------------------------------------------------

class Resampling:
    def __init__(
        self,
        matches: Matches,
        truth_item: I32,
        truth_class: I32,
        truth_area: F64,
        protocol: Protocol,
        items: int,
        copies: int = 1,
        threads: int = 0,
    ) -> None: ...
    @property
    def copies(self) -> int: ...
    def curves(self, weights: U16, threads: int = 0) -> Curves: ...
    def replicate(self, weights: U16, threads: int = 0) -> tuple[F64, F64]: ...

def weigh(
    weights: U16,
    item: I32,
    cell: I32,
    cells: int,
    amount: F64 | None = None,
    threads: int = 0,
) -> F64: ...
