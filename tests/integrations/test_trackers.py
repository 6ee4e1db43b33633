"""MLflow and Weights & Biases themselves, where installed; nothing leaves the machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from boxscore import Project
from boxscore.integrations.trackers import log_to_mlflow, log_to_wandb


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
