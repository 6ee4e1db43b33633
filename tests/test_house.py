"""House rules that no linter knows: exported names, import cost, sizes, forbidden calls, words."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

import boxscore

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
MODULES = sorted(SOURCE.rglob("*.py"))
NATIVE = sorted(p for s in ("*.cpp", "*.hpp") for p in SOURCE.rglob(s))

FORBIDDEN_CALLS = {
    "eval", "exec", "compile_command", "os.system", "yaml.load", "tempfile.mktemp",
    "pickle.load", "pickle.loads", "marshal.load", "marshal.loads", "shelve.open",
}  # fmt: skip
FORBIDDEN_IMPORTS = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "requests"}
OUTBOUND = {"urllib.request", "http.client", "httpx", "requests", "ftplib", "smtplib"}
AVOIDED = re.compile(r"(^|_)(bbox|bboxes|xyxy|preds|iou_thr|eval_key|category)(_|$)")
AVOIDED_ALLOWED = re.compile(r"sources/coco|cli/score|sources/segmentation")


def test_the_sdk_exports_these_names_and_no_others() -> None:
    assert sorted(boxscore.__all__) == [
        "BoxscoreError",
        "Evaluator",
        "Project",
        "__version__",
        "evaluate",
        "score_files",
    ]
    assert all(getattr(boxscore, name) is not None for name in boxscore.__all__)


HEAVY = ("numpy", "duckdb", "PIL", "fastapi", "uvicorn", "rich", "pydantic", "sqlite3", "asyncio")


@pytest.mark.parametrize(
    "statement",
    [
        "import boxscore",
        "import encord_active",
        "from boxscore.cli import run; run(['--help'])",
        "from boxscore.cli import run; run(['import', 'predictions', '--help'])",
    ],
)
def test_import_and_help_load_nothing_heavy(statement: str) -> None:
    code = f"import sys; {statement}; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_default_install_stays_small() -> None:
    required = {
        re.split(r"[^\w-]", line, maxsplit=1)[0].lower()
        for line in requires("boxscore") or []
        if "extra ==" not in line
    }
    core = {"click", "duckdb", "fastapi", "numpy", "pillow", "pyyaml", "rich", "uvicorn"}
    assert required == core


@pytest.mark.parametrize("path", MODULES + NATIVE, ids=lambda p: str(p.relative_to(SOURCE)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_forbidden_call_or_import(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [f"line {line}: {what}" for line, what in _forbidden(tree)]
    assert found == []


def _forbidden(tree: ast.Module) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, a.name) for a in node.names if a.name in _BANNED]
        elif isinstance(node, ast.ImportFrom) and node.module in _BANNED:
            writes_only = node.module == "pickle" and [a.name for a in node.names] == ["dumps"]
            if not writes_only:  # writing a pickle runs nothing
                found.append((node.lineno, str(node.module)))
        elif isinstance(node, ast.Call):
            found += [(node.lineno, problem) for problem in _call_problems(node)]
    return found


_BANNED = FORBIDDEN_IMPORTS | OUTBOUND


def _call_problems(node: ast.Call) -> list[str]:
    name = ast.unparse(node.func)
    problems = [name] if name in FORBIDDEN_CALLS else []
    for keyword in node.keywords:
        true = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        if keyword.arg in ("shell", "allow_pickle") and true:
            problems.append(f"{name}({keyword.arg}=True)")
    runs_sql = name.endswith((".execute", ".executemany", ".executescript", ".sql"))
    pieces = ast.walk(node.args[0]) if node.args else ()
    if runs_sql and any(isinstance(piece, ast.JoinedStr) for piece in pieces):
        problems.append(f"{name}(f-string)")
    return problems


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_public_names_use_the_glossary(path: Path) -> None:
    if AVOIDED_ALLOWED.search(path.as_posix()) or "encord_active" in path.parts:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    assert [name for name in names if AVOIDED.search(name.lower())] == []


def test_front_end_never_builds_html_from_text() -> None:
    forbidden = re.compile(
        r"dangerouslySetInnerHTML|\.innerHTML|insertAdjacentHTML|new Function|\beval\("
    )
    scripts = [p for s in ("*.ts", "*.tsx") for p in (ROOT / "web" / "src").rglob(s)]
    assert scripts, "the app's sources are missing"
    assert [p.name for p in scripts if forbidden.search(p.read_text(encoding="utf-8"))] == []
