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
    "builtins.eval", "builtins.exec", "os.popen", "yaml.unsafe_load", "yaml.full_load",
    "subprocess.getoutput", "subprocess.getstatusoutput", "__import__",
}  # fmt: skip
FORBIDDEN_METHODS = (".extractall",)
FORBIDDEN_OPTIONS = ("shell", "allow_pickle", "allow_origins", "follow_symlink")
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


@pytest.mark.parametrize(
    "code",
    [
        "import pickle", "import pickle as p", "from pickle import loads", "import urllib.request",
        "from urllib import request", "from http.client import HTTPConnection",
        "from os import system", "eval(x)", "exec(x)", "builtins.eval(x)", "os.popen(x)",
        "yaml.load(x)", "yaml.unsafe_load(x)",
        "np.load(x, allow_pickle=True)", "np.load(x, allow_pickle=y)", "run(x, shell=flag)",
        "subprocess.getoutput(x)", "tar.extractall(x)", "tempfile.mktemp()",
        "__import__('pickle')",
        "import_module('pickle')", "db.execute(f'SELECT {x}')", "db.execute('%s' % x)",
        "db.sql('SELECT {}'.format(x))", "App(allow_origins=['*'])",
    ],
)  # fmt: skip
def test_the_walk_sees_what_is_forbidden(code: str) -> None:
    assert _forbidden(ast.parse(code)) != []


@pytest.mark.parametrize(
    "code",
    ["from pickle import dumps", "np.load(x, allow_pickle=False)", "run(x, shell=False)",
     "db.execute('SELECT ?', (x,))", "yaml.compose(x)", "from urllib.parse import quote"],
)  # fmt: skip
def test_the_walk_leaves_alone_what_is_not(code: str) -> None:
    assert _forbidden(ast.parse(code)) == []


def _forbidden(tree: ast.Module) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, a.name) for a in node.names if a.name in _BANNED]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.lineno, problem) for problem in _import_problems(node)]
        elif isinstance(node, ast.Call):
            found += [(node.lineno, problem) for problem in _call_problems(node)]
    return found


_BANNED = FORBIDDEN_IMPORTS | OUTBOUND


def _import_problems(node: ast.ImportFrom) -> list[str]:
    names = [alias.name for alias in node.names]
    if node.module == "pickle" and names == ["dumps"]:
        return []  # writing a pickle runs nothing
    if node.module in _BANNED:
        return [str(node.module)]
    whole = [f"{node.module}.{name}" for name in names]
    return [name for name in whole if name in _BANNED | FORBIDDEN_CALLS]


def _call_problems(node: ast.Call) -> list[str]:
    name = ast.unparse(node.func)
    problems = [name] if name in FORBIDDEN_CALLS or name.endswith(FORBIDDEN_METHODS) else []
    for keyword in node.keywords:
        off = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        if keyword.arg in FORBIDDEN_OPTIONS and not off:
            problems.append(f"{name}({keyword.arg}={ast.unparse(keyword.value)})")
    if name.endswith("import_module") and node.args:
        named = node.args[0]
        if isinstance(named, ast.Constant) and named.value in _BANNED:
            problems.append(f"{name}({named.value!r})")
    if name.endswith((".execute", ".executemany", ".executescript", ".sql")) and node.args:
        problems += [f"{name}({what})" for what in _built(node.args[0])]
    return problems


def _built(statement: ast.expr) -> list[str]:
    """How a statement of SQL is filled in, other than by parameters."""
    found = []
    for piece in ast.walk(statement):
        if isinstance(piece, ast.JoinedStr):
            found.append("f-string")
        elif isinstance(piece, ast.BinOp) and isinstance(piece.op, ast.Mod):
            found.append("%")
        elif isinstance(piece, ast.Call) and ast.unparse(piece.func).endswith(".format"):
            found.append(".format()")
    return found


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
