"""MLflow and Weights & Biases themselves, where installed; nothing leaves the machine."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from boxscore import Project
from boxscore.integrations.trackers import artifact_name, log_to_mlflow, log_to_wandb


@pytest.mark.parametrize(
    ("run", "name"),
    [
        ("yolo-x_v1.2", r"yolo-x_v1\.2"),
        ("yolo x / 3", "yolo-x-3"),
        ("模型", "[0-9a-f]{8}"),
        ("modèle 2", "mod-le-2-[0-9a-f]{8}"),
        ("a" * 300, "a{100}-[0-9a-f]{8}"),
    ],
)
def test_names_of_artefacts(run: str, name: str) -> None:
    """As W&B checks them: ^[a-zA-Z0-9_\\-.]+$, at most 128 characters."""
    made = artifact_name(run)
    assert re.fullmatch(name, made) and re.fullmatch(r"[a-zA-Z0-9_\-.]+", f"boxscore-{made}")
    assert len(f"boxscore-{made}") <= 128
    assert artifact_name("模型") != artifact_name("模式")


def test_mlflow(demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri(f"file:{tmp_path / 'ml'}")
    with mlflow.start_run() as run:
        log_to_mlflow(demo_folder, "float32", step=3)
    client = mlflow.MlflowClient()
    metrics = Project.open(demo_folder).evaluate("float32")["metrics"]
    assert client.get_run(run.info.run_id).data.metrics["boxscore.AP"] == metrics["AP"]
    assert [f.path for f in client.list_artifacts(run.info.run_id, "boxscore")] == [
        "boxscore/float32.json"
    ]


def test_wandb(demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wandb = pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    run = wandb.init(project="boxscore", dir=tmp_path)
    log_to_wandb(demo_folder, "int8", to=run, report=True)
    metrics = Project.open(demo_folder).evaluate("int8")["metrics"]
    assert json.loads(json.dumps(dict(run.summary)))["boxscore/AP"] == metrics["AP"]
    run.finish()
