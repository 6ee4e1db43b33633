"""A run for each epoch with the frameworks themselves, each where it is installed."""

from __future__ import annotations

import shutil
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from boxscore import Project
from boxscore.errors import RequestError
from boxscore.integrations import huggingface, lightning, ultralytics
from boxscore.integrations.epochs import epoch_name, numbers_of

BOX = [10.0, 10.0, 60.0, 80.0]


@pytest.fixture
def project(demo_folder: Path, tmp_path: Path) -> Project:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return Project.open(tmp_path / "demo")


def test_names_of_epochs() -> None:
    assert epoch_name("yolo-{epoch:03}", 7) == "yolo-007"
    for pattern in ("yolo", "{epoch}-{model}", "{epoch}{epoch}"):
        with pytest.raises(RequestError) as refused:
            epoch_name(pattern, 1)
        assert refused.value.code == "E-EPOCH-NAME"


def test_undefined_numbers_are_not_logged() -> None:
    document = {"metrics": {"AP": 0.5, "APs": None}}
    assert numbers_of(document) == {"boxscore/AP": 0.5}
    assert numbers_of({"evaluation": document}, prefix="") == {"AP": 0.5}


def _trainer(project: Project, epoch: int, *, json: bool = True) -> Any:
    """What Ultralytics hands to a callback: the parts of it that are read."""
    names = {k: row.name for k, row in enumerate(project.ontology.classes)}
    titles = project.items["title"][:3].tolist()
    found = [
        {"image_id": Path(title).stem, "file_name": Path(title).name, "category_id": 1 + k,
         "bbox": [10.0, 10.0, 50.0, 70.0], "score": 0.9}
        for k, title in enumerate(titles)
    ]  # fmt: skip
    validator = SimpleNamespace(
        jdict=found if json else [],
        names=names,
        class_map=[k + 1 for k in names],
        args=SimpleNamespace(save_json=json),
    )
    return SimpleNamespace(epoch=epoch, epochs=2, validator=validator, metrics={"loss": 1.0})


def test_ultralytics_epochs_become_runs(project: Project) -> None:
    callback = ultralytics.import_epochs(project, "yolo-{epoch}")
    for epoch in (0, 1, 2):  # Ultralytics calls once more for its best weights
        trainer = _trainer(project, epoch)
        callback(trainer)
        assert trainer.metrics["boxscore/AP"] >= 0
    assert project.run_names()[-3:] == ["yolo-1", "yolo-2", "best"]
    assert project.predictions("best").table["class_id"].tolist() == [0, 1, 2]
    with pytest.raises(RequestError) as refused:
        callback(_trainer(project, 0, json=False))
    assert refused.value.code == "E-ULTRALYTICS-JSON"


def test_no_training_ends_for_a_run_that_is_refused(project: Project) -> None:
    trainer = _trainer(project, 0)
    for result in trainer.validator.jdict:
        result["file_name"] = result["image_id"] = "elsewhere"
    with pytest.warns(UserWarning, match="was not imported"):
        ultralytics.import_epochs(project)(trainer)


def test_ultralytics_itself(project: Project, tmp_path: Path) -> None:
    try:
        package: Any = import_module("ultralytics")
        model = package.YOLO("yolo11n.yaml")
    except Exception as absent:  # its own import fails where torchvision does
        pytest.skip(f"ultralytics does not load: {absent}")
    names = [row.name for row in project.ontology.classes]
    shutil.copytree(project.path / "images", tmp_path / "set" / "images")
    (tmp_path / "set" / "labels").mkdir()
    for picture in (tmp_path / "set" / "images").glob("*.jpg"):
        (tmp_path / "set" / "labels" / f"{picture.stem}.txt").write_text("0 .5 .5 .2 .2\n")
    yaml = tmp_path / "set" / "data.yaml"
    yaml.write_text(f"path: {yaml.parent}\ntrain: images\nval: images\nnames: {names}\n")
    model.add_callback("on_fit_epoch_end", ultralytics.import_epochs(project))
    model.train(
        data=str(yaml), epochs=1, imgsz=64, batch=8, workers=0, device="cpu", save_json=True,
        plots=False, project=str(tmp_path / "runs"),
    )  # fmt: skip
    assert project.run_names()[-2:] == ["epoch-001", "best"]


def test_lightning_itself(project: Project) -> None:
    torch = pytest.importorskip("torch")
    L = pytest.importorskip("lightning.pytorch")
    titles = project.items["title"].tolist()

    class Model(L.LightningModule):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def training_step(self, batch: Any, _: int) -> Any:
            return self.layer(batch.float()[:, None]).sum()

        def validation_step(self, batch: Any, _: int) -> Any:
            one = {
                "boxes": torch.tensor([BOX]),
                "scores": torch.tensor([0.5]),
                "labels": torch.tensor([0]),
            }
            return [(titles[int(k)], one) for k in batch]

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), 1e-3)

    loader = torch.utils.data.DataLoader(torch.arange(len(titles)), batch_size=8)
    callback = lightning.import_epochs(project, "pl-{epoch}", classes={0: "person"})
    trainer = L.Trainer(
        max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, callbacks=[callback],
    )  # fmt: skip
    trainer.fit(Model(), loader, loader)
    assert project.run_names()[-2:] == ["pl-1", "pl-2"]
    assert float(trainer.callback_metrics["boxscore/AR100"]) >= 0
    assert project.predictions("pl-2").rows == len(titles)


class _Processor:
    """The one method that is called, as its documentation describes it."""

    def post_process_object_detection(
        self, outputs: Any, threshold: float, target_sizes: Any
    ) -> list[dict[str, Any]]:
        confidence = outputs.logits.softmax(-1)[..., :-1].max(-1)
        scale = target_sizes.flip(1).repeat(1, 2)
        return [
            {
                "scores": s[s > threshold],
                "labels": k[s > threshold],
                "boxes": (b * z)[s > threshold],
            }
            for s, k, b, z in zip(
                confidence.values, confidence.indices, outputs.pred_boxes, scale, strict=True
            )
        ]


def test_an_evaluation_of_hugging_face(project: Project) -> None:
    torch = pytest.importorskip("torch")
    ids = project.items["source_id"].tolist()
    names = {k: row.name for k, row in enumerate(project.ontology.classes)}
    logits = torch.full((2, 3, len(names) + 1), -5.0)
    logits[:, 0, 0] = 5
    batch = (logits.numpy(), torch.tensor([[[0.1, 0.1, 0.4, 0.5]] * 3] * 2).numpy())
    labels = [
        {"image_id": torch.tensor([int(ids[k])]).numpy(), "orig_size": torch.tensor([480, 640])}
        for k in range(2)
    ]
    evaluation = SimpleNamespace(predictions=[batch], label_ids=[labels])
    compute = huggingface.import_evaluations(project, _Processor(), names, "hf-{epoch}", least=0.5)
    assert set(compute(evaluation)) >= {"boxscore_AP"}
    table = project.predictions("hf-1").table
    assert table.rows == 2
    assert table["x"] == pytest.approx([64.0, 64.0], abs=1e-3)
    whole = SimpleNamespace(predictions=[batch], label_ids=[torch.zeros(2, 3).numpy()])
    with pytest.raises(RequestError) as refused:
        compute(whole)
    assert refused.value.code == "E-HF-BATCHES"
