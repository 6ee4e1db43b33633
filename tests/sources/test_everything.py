"""Every set of annotations and predictions of the development data, through `--format auto`.

The table names each folder and file; `images` is given only where pictures lie outside the folder
of the labels, and a mapping only where a person must decide. Scores are those that the README of
the data states.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError, SourceError
from boxscore.project import Project
from tests.sources.test_encord import exported

COCO = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A prediction set of the table.

    Attributes:
        scores: As the README states them; empty: it states none.
        task, only_predicted: How they were measured, where that is not the default.
        share: Of our means over classes in the README's, which leaves classes out.
        mapping: What a person must decide, and `rejected` what follows from it.
    """

    path: str
    format: str
    predictions: int
    scores: dict[str, float | None] = field(default_factory=dict)
    task: str | None = None
    only_predicted: bool = False
    share: float = 1.0
    mapping: str = ""
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A ground truth of the table; `counts` are images, annotations and classes."""

    path: str
    format: str
    counts: tuple[int, int, int]
    images: str | None = None
    runs: tuple[Run, ...] = ()


def coco(words: str) -> dict[str, float | None]:
    """Twelve numbers in COCO's order; `-` is undefined."""
    values = [None if word == "-" else float(word) for word in words.split()]
    return dict(zip(COCO, values, strict=True))


def answers(*values: float) -> dict[str, float | None]:
    keys = ("accuracy", "balanced_accuracy", "precision", "f1", "top5", "ece")
    return dict(zip(keys, values, strict=True))


CENTERNET = coco(
    ".325580 .519371 .342375 .166181 .282797 .460647 .324695 .472555 .485379 .234929 .393445 "
    ".615722"
)
CATDOG = coco(
    ".540767 .762118 .573606 - - .541678 .447529 .636000 .636000 - - .636000"
)  # fmt: skip
KITTI = coco(
    ".413424 .649371 .448757 .167245 .427246 .485960 .348774 .547136 .547334 .246250 .547485 "
    ".693328"
)
PICTURES = "coco128_val/images"  # the labels lie in folders of their own
TRUTHS = (
    Truth(path="demo", format="coco", counts=(41, 421, 80), runs=(
        Run(path="demo/predictions_float32.json", format="coco", predictions=3319, scores=coco(
            ".299970 .508356 .296617 .136574 .329142 .492987 .292106 .386992 .398271 .178569 "
            ".432671 .631278")),
        Run(path="demo/predictions_int8.json", format="coco", predictions=3811, scores=coco(
            ".185807 .319460 .179918 .088964 .274644 .212913 .191654 .251109 .274815 .123612 "
            ".355306 .337778")),
    )),
    Truth(path="demo/annotations.json", format="coco", counts=(41, 421, 80)),
    Truth(path="coco_fake100", format="coco", counts=(100, 839, 80), runs=(
        Run(path="coco_fake100/instances_val2014_fakebbox100_results.json", format="coco",
            predictions=734, scores=coco(
            ".504581 .696973 .572982 .585626 .519400 .501398 .386813 .593680 .595353 .639811 "
            ".566421 .564291")),
        Run(path="coco_fake100/instances_val2014_fakesegm100_results.json", format="coco",
            predictions=734, scores=coco(
            ".319545 .562288 .298927 .387374 .310183 .326934 .268230 .415449 .416839 .469450 "
            ".376759 .381472")),
    )),
    Truth(path="coco_fake100/cases/gt_dataset.json", format="coco", counts=(3, 9, 4), runs=(
        Run(path="coco_fake100/cases/dt_dataset.json", format="coco", predictions=9),)),
    Truth(path="coco_fake100/cases/gt_ignore_test.json", format="coco", counts=(1, 14, 1), runs=(
        Run(path="coco_fake100/cases/dt_ignore_test.json", format="coco", predictions=63),)),
    Truth(path="coco_fake100/cases/example_crowdpose_val.json", format="coco", counts=(4, 10, 1),
          runs=(Run(path="coco_fake100/cases/example_crowdpose_preds.json", format="coco",
                    predictions=15),)),
    Truth(path="coco_fake100/keypoints", format="coco", counts=(1, 14, 1), runs=(
        Run(path="coco_fake100/keypoints", format="coco", predictions=128),)),
    Truth(path="coco_val2017_full_boxes", format="keras-yolo", counts=(4952, 36781, 80), runs=(
        # The list has neither sizes nor pictures: masks cannot be placed, boxes can.
        Run(path="yolact_dets/yolact_base.json", format="yolact", predictions=3380, task="bbox",
            only_predicted=True, scores=coco(
            ".400092 .640292 .401374 .117467 .370665 .546674 .349710 .470998 .478979 .184340 "
            ".456957 .611223")),
        Run(path="yolact_dets/yolact_resnet50.json", format="yolact", predictions=3834,
            task="bbox", only_predicted=True, scores=coco(
            ".360283 .586996 .358785 .098133 .348671 .499625 .317342 .431755 .441048 .173211 "
            ".417186 .572645")),
    )),
    Truth(path="coco128_val/object_detection", format="yolo", counts=(128, 898, 80),
          images=PICTURES, runs=(
        Run(path="coco128_val/centernet_results.json", format="coco", predictions=9297,
            scores=CENTERNET),
        Run(path="coco128_val", format="coco", predictions=9297, scores=CENTERNET),
    )),
    Truth(path="coco128_val/object_detection/config.yaml", format="yolo", counts=(128, 898, 80),
          images=PICTURES),
    # 28 of the 128 pictures have no labels: background.
    Truth(path="coco128_val/instance_segmentation", format="yolo", counts=(128, 712, 80),
          images=PICTURES),
    Truth(path="coco128_val/panoptic_segmentation", format="coco-panoptic",
          counts=(100, 1078, 133), images=PICTURES, runs=(
        Run(path="coco128_val/panoptic_segmentation", format="coco-panoptic", predictions=1078,
            scores={"AP": 1.0}),)),
    Truth(path="coco128_val/semantic_segmentation", format="masks", counts=(128, 754, 130),
          images=PICTURES, runs=(
        Run(path="coco128_val/semantic_segmentation", format="masks", predictions=754,
            task="semantic", scores={"miou": 1.0}),)),
    Truth(path="yolo_catdog", format="yolo", counts=(20, 42, 2), runs=(
        Run(path="yolo_catdog", format="coco", predictions=88, scores=CATDOG),
        Run(path="yolo_catdog/predictions.json", format="coco", predictions=88, scores=CATDOG),
    )),
    Truth(path="yolo_catdog/data.yaml", format="yolo", counts=(20, 42, 2)),
    Truth(path="kitti_tracking", format="kitti", counts=(338, 2241, 5), runs=(
        # The README's means are over three classes; ours count vans, which nobody detected, too.
        Run(path="kitti_tracking", format="kitti", predictions=3282, scores=KITTI, share=3 / 4),
        Run(path="kitti_tracking/detections", format="kitti", predictions=3282, scores=KITTI,
            share=3 / 4),
    )),
    Truth(path="kitti_tracking/label_02", format="kitti", counts=(338, 2241, 5)),
    Truth(path="mot_tud/TUD-Campus", format="mot", counts=(71, 359, 1), runs=(
        Run(path="mot_tud/TUD-Campus/test.txt", format="mot", predictions=222, task="tracking",
            scores={"MOTA": 0.526, "MOTP": 0.277, "IDF1": 0.558}),)),
    Truth(path="mot_tud/TUD-Campus/gt.txt", format="mot", counts=(71, 359, 1)),
    # 4 vehicles and 3 ignored regions on each of 4 frames.
    Truth(path="mot_tud/iotest/detrac.xml", format="detrac", counts=(4, 16, 2)),
    Truth(path="mot_tud/iotest/vatic.txt", format="vatic", counts=(3, 4, 2)),
    Truth(path="mot_tud/iotest/motchallenge.txt", format="mot", counts=(2, 5, 1)),
    Truth(path="voc_cartucho", format="txt", counts=(85, 686, 30),
          images="voc_cartucho/images-optional", runs=(
        # 8 of the detector's 36 classes are unknown to the truth: a person must allow that.
        Run(path="voc_cartucho", format="txt", predictions=450, rejected=44, task="bbox",
            mapping="version: 1\nclasses:\n  by: name\nmost_unmatched: 0.1\n", scores=coco(
            ".149298 .311953 .122181 .045132 .083359 .268525 .159853 .185946 .185946 .047292 "
            ".113118 .306812")),)),
    Truth(path="voc_cartucho/ground-truth", format="txt", counts=(85, 686, 30)),
    Truth(path="panoptic_sample", format="coco-panoptic", counts=(2, 50, 133),
          images="panoptic_sample/input_images", runs=(
        Run(path="panoptic_sample", format="coco-panoptic", predictions=50, scores={"AP": 1.0}),)),
    Truth(path="panoptic_sample/panoptic_coco_detection_format.json", format="coco",
          counts=(2, 50, 133)),
    Truth(path="label_errors/labels/mnist_test_set_original_labels.npy", format="npy",
          counts=(10000, 10000, 10), runs=(
        Run(path="label_errors/probabilities/mnist_test_set_pyx.npy", format="npy",
            predictions=100000,
            scores=answers(0.9913, 0.991229, 0.991297, 0.991258, 1.0, 0.002976)),
        Run(path="label_errors/predicted/mnist_test_set_pyx_argmax_predicted_labels.npy",
            format="npy", predictions=10000, scores={"accuracy": 0.9913, "top5": None}),
    )),
    Truth(path="label_errors/labels/cifar10_test_set_original_labels.npy", format="npy",
          counts=(10000, 10000, 10), runs=(
        Run(path="label_errors/probabilities/cifar10_test_set_pyx.npy", format="npy",
            predictions=100000,
            scores=answers(0.9294, 0.9294, 0.929779, 0.929491, 0.9974, 0.032588)),
        Run(path="label_errors/predicted/cifar10_test_set_pyx_argmax_predicted_labels.npy",
            format="npy", predictions=10000, scores={"accuracy": 0.9294, "top5": None}),
    )),
    Truth(path="imagenet_samples", format="folders", counts=(20, 20, 20)),
)  # fmt: skip
SEVERAL = {
    ("coco128_val", "truth"): ("E-YOLO-SEVERAL", "instance_segmentation, object_detection"),
    ("coco_fake100", "predictions"): ("E-COCO-FOLDER", "holds 3 COCO results files"),
    ("coco_fake100/cases", "truth"): ("E-COCO-FOLDER", "gt_dataset.json, gt_ignore_test.json"),
    ("demo", "predictions"): ("E-COCO-FOLDER", "predictions_float32.json, predictions_int8.json"),
    ("label_errors", "truth"): ("E-NPY-FOLDER", "labels/cifar10_test_set_original_labels.npy"),
    ("label_errors", "predictions"): ("E-NPY-FOLDER", "probabilities/mnist_test_set_pyx.npy"),
    ("mot_tud", "truth"): ("E-FORMAT-UNSURE", "detrac (95%"),
    ("mot_tud/iotest", "truth"): ("E-FORMAT-UNSURE", "vatic (95%"),
}
"""Folders of several sets: refused with what they hold."""


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.path)
def test_a_set_of_the_development_data(shared_data: Path, tmp_path: Path, truth: Truth) -> None:
    images = None if truth.images is None else shared_data / truth.images
    made = Project.import_project(shared_data / truth.path, images=images, target=tmp_path)
    assert made["format"] == made["recognised"]["format"] == truth.format
    assert (made["images"], made["ground_truth"], made["classes"]) == truth.counts
    assert made["rejected"] == 0
    project = Project.open(made["path"])
    for k, run in enumerate(truth.runs):
        check(project, shared_data, tmp_path, run, f"run{k}")


def check(project: Project, shared_data: Path, tmp_path: Path, run: Run, name: str) -> None:
    mapping = tmp_path / f"{name}.yaml" if run.mapping else None
    if mapping is not None:
        mapping.write_text(run.mapping)
    done = project.import_predictions(shared_data / run.path, name=name, mapping=mapping)
    assert done["format"] == done["recognised"]["format"] == run.format
    assert (done["predictions"], done["rejected"]) == (run.predictions, run.rejected)
    scores = project.evaluate(name, task=run.task, only_predicted=run.only_predicted)["metrics"]
    digits = 3 if run.task == "tracking" else 6
    for key, due in run.scores.items():
        got: Any = scores[key]
        same = None if got is None else round(got / run.share, digits)
        assert same == due, key


@pytest.mark.parametrize(("path", "role"), SEVERAL)
def test_a_folder_of_several_sets_is_refused_with_what_it_holds(
    shared_data: Path, tmp_path: Path, path: str, role: str
) -> None:
    code, words = SEVERAL[path, role]
    with pytest.raises(SourceError) as refused:
        if role == "truth":
            Project.import_project(shared_data / path, target=tmp_path)
        else:
            some = "label_errors/labels/mnist_test_set_original_labels.npy"
            truth = some if path == "label_errors" else f"{path.split('/')[0]}"
            made = Project.import_project(shared_data / truth, target=tmp_path)
            Project.open(made["path"]).import_predictions(shared_data / path, name="r")
    assert refused.value.code == code
    assert words in str(refused.value)


def test_keypoints_without_their_ground_truth(shared_data: Path, tmp_path: Path) -> None:
    """The README says that it is not in the data: nothing is there to compare with."""
    made = Project.import_project(shared_data / "coco_fake100", target=tmp_path)
    path = shared_data / "coco_fake100" / "person_keypoints_val2014_fakekeypoints100_results.json"
    with pytest.raises(RequestError) as refused:
        Project.open(made["path"]).import_predictions(path)
    assert refused.value.code == "E-TASK-GEOMETRY"


@pytest.mark.parametrize(
    ("rows", "ontology", "images", "labels"),
    [
        ("image_group.py", "", 5, 9),
        ("native_image_data.py", "all_ontology_types.py", 1, 4),
        ("skeleton_coordinates.py", "", 1, 1),
        ("video_with_dynamic_classifications.py", "", 2, 4),
    ],
)
def test_label_rows_of_encord(
    shared_data: Path, tmp_path: Path, rows: str, ontology: str, images: int, labels: int
) -> None:
    """The data has them as Python literals: they are written as the JSON that Encord exports."""
    folder = exported(shared_data / "encord_blobs", tmp_path / "blob", rows, ontology)
    made = Project.import_project(folder, target=tmp_path / "made")
    assert made["format"] == made["recognised"]["format"] == "encord"
    assert (made["images"], made["ground_truth"], made["rejected"]) == (images, labels, 0)


def test_truth_and_predictions_of_one_folder_of_arrays(shared_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mnist"
    folder.mkdir()
    for inner, name in (("labels", "original_labels"), ("probabilities", "pyx")):
        source = shared_data / "label_errors" / inner / f"mnist_test_set_{name}.npy"
        np.save(folder / source.name, np.load(source))
    made = Project.import_project(folder, target=tmp_path / "made")
    project = Project.open(made["path"])
    done = project.import_predictions(folder)
    assert (made["format"], done["format"], done["predictions"]) == ("npy", "npy", 100_000)
    assert project.evaluate("mnist")["metrics"]["accuracy"] == 0.9913


HELD = {path.split("/")[0] for path in [t.path for t in TRUTHS] + ["encord_blobs", "yolact_dets"]}


def test_no_folder_of_the_data_is_left_out(shared_data: Path) -> None:
    folders = {p.name for p in shared_data.iterdir() if p.is_dir()}
    # Models and a generator hold no annotations.
    assert folders - {"models", "synthetic"} == HELD
