"""One case through the public way, and what counts as wrong."""

from __future__ import annotations

import json
import re
import resource
import shutil
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import boxscore as bs
from boxscore.errors import RequestError, SourceError
from boxscore.project.pictures.decoding import open_picture, thumbnail
from boxscore.sources.image_files import read_all_facts
from boxscore.sources.video import Limits, VideoReader
from tests.fuzz.seeds import make_project
from tests.fuzz.trees import Case, grow, traces

MOST_SECONDS = 1.0
"""Processor time of one case, all threads together."""
MOST_MEMORY = 512 << 20
"""Bytes by which one case may raise the highest resident size."""

Document = dict[str, Any]


class Find(Exception):
    """A case that behaves as none may."""

    def __init__(self, signature: str, words: str) -> None:
        super().__init__(words)
        self.signature = signature


class Runner:
    """Runs cases for a small project of its own.

    Args:
        work: An empty folder.
    """

    def __init__(self, work: Path) -> None:
        (work / "base").mkdir()
        # Links of a case may lead up: to nothing but empty folders.
        self.work, self.root = work, work / "1" / "2" / "3" / "case"
        self.project = make_project(work / "base")
        self.videos = VideoReader(Limits(seconds=3, index_seconds=3))

    def attempt(self, case: Case, *, good: bool = False) -> Document | None:
        """Run a case.

        Args:
            good: Whether it must not be refused.

        Returns:
            The document of an import that went well, None where it was refused.

        Raises:
            Find: A foreign exception, a message that cannot be shown, a source that was changed,
                or too much time or memory.
        """
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(self.work / "out", ignore_errors=True)
        grow(case.tree, self.root)
        before = traces(self.root)
        peak, start = _peak(), time.process_time()
        document = self._answer(case, good)
        seconds, more = time.process_time() - start, _peak() - peak
        if seconds > MOST_SECONDS:
            raise Find(f"slow-{case.role}", f"took {seconds:.1f} s of processor time")
        if more > MOST_MEMORY:
            raise Find(f"memory-{case.role}", f"took {more >> 20} MiB more than any case before")
        if traces(self.root) != before:
            raise Find("written", "the source is not as it was")
        return document

    def _answer(self, case: Case, good: bool) -> Document | None:
        try:
            document = WAYS[case.role](self, case, self.root / case.entry)
            _sound(document)
        except (SourceError, RequestError) as refused:
            _legible(refused)
            if good:
                raise Find(f"seed-{case.role}-{case.form}", f"is refused: {refused}") from None
            return None
        except Exception as foreign:
            raise Find(_signature(foreign), traceback.format_exc(limit=-12)) from foreign
        return document

    def _truth(self, case: Case, path: Path) -> Document:
        return bs.Project.import_project(
            path,
            format=case.form,
            images=self.root / case.images if case.images else None,
            target=self.work / "out",
            dry_run=not case.publish,
        )

    def _predictions(self, case: Case, path: Path) -> Document:
        return self.project.import_predictions(
            path,
            format=case.form,
            name="fuzz",
            replace=True,
            mapping=self.root / case.mapping if case.mapping else None,
            dry_run=not case.publish,
        )

    def _doctor(self, case: Case, path: Path) -> Document:
        return self.project.doctor(path, format=case.form)

    def _pictures(self, case: Case, path: Path) -> Document:
        for file in sorted(path.rglob("*")):
            if file.is_file() and not file.is_symlink():
                try:
                    thumbnail(open_picture(file), 64)
                except RequestError as refused:
                    _legible(refused)
        if not case.publish:
            found = read_all_facts([p for p in path.rglob("*") if not p.is_dir()])
            return {"usable": sum(not facts.code for facts in found)}
        return bs.Project.init(
            path, target=self.work / "out", name="p", symlinks=True, data_globs=["*"]
        )

    def _video(self, case: Case, path: Path) -> Document:
        facts = self.videos.facts(path)
        if facts.code:
            raise SourceError(path, "", facts.problem, fix="-", code=facts.code)
        for number in (0, facts.frames - 1):
            self.videos.frame(path, number)
        return {"frames": facts.frames}

    def _live(self, case: Case, path: Path) -> Document:
        calls = json.loads(path.read_bytes())
        run = self.project.predictions("fuzz", replace=True)
        try:
            for call in calls if isinstance(calls, list) else [calls]:
                if isinstance(call, dict) and isinstance(image := call.pop("image", None), str):
                    known = {k: _value(v) for k, v in call.items() if k in COLUMNS}
                    run.add(image, **known)
            return run.close() if case.publish else {}
        finally:
            run.discard()


COLUMNS = (
    "found", "frame", "boxes", "labels", "scores", "masks", "keypoints", "theta", "tracks",
    "box_format",
)  # fmt: skip
WAYS: dict[str, Callable[[Runner, Case, Path], Document]] = {
    "truth": Runner._truth,
    "predictions": Runner._predictions,
    "doctor": Runner._doctor,
    "pictures": Runner._pictures,
    "video": Runner._video,
    "live": Runner._live,
}


def _value(given: Any) -> Any:
    """A value of a call; {"array": ..., "dtype": ...} where it can be one is an array."""
    if isinstance(given, dict) and "array" in given:
        try:
            return np.array(given["array"], dtype=given.get("dtype"))
        except (TypeError, ValueError, OverflowError):
            return given["array"]
    return given


def _sound(document: Document) -> None:
    """What the command line does with a document, and what its numbers must be."""
    json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    for warning in document.get("warnings", ()):
        code = warning["code"]
        assert re.fullmatch(r"[EWN](-[A-Z0-9]+)+", code), code
        assert warning["count"] >= 0, code
        _printable(warning["example"])


def _legible(refused: SourceError | RequestError) -> None:
    """A refusal can be shown, and says what to do."""
    words = str(refused)
    try:
        assert re.fullmatch(r"E(-[A-Z0-9]+)+", refused.code), refused.code
        assert len(words) < 10_000, "the message has no end"
        assert refused.fix, "no fix"
        _printable(words)
    except Exception as bad:
        words = f"{refused.code}: {bad}: {words[:1000]!a}"
        raise Find(f"message-{refused.code}", words) from None


def _printable(words: str) -> None:
    words.encode()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", words), f"control character in {words!r}"


def _signature(foreign: BaseException) -> str:
    """Kind of the exception and the innermost place of ours."""
    frames = traceback.extract_tb(foreign.__traceback__)
    ours = [f for f in frames if "boxscore" in Path(f.filename).parts] or list(frames)
    place = f"{Path(ours[-1].filename).stem}.{ours[-1].name}"
    return f"{type(foreign).__name__}-{place}".replace("<", "").replace(">", "")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
