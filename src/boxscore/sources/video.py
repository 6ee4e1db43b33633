"""Videos by frame number: facts and decoded frames, from a child process under limits."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxscore.errors import RequestError
from boxscore.sources.image_files import MOST_PIXELS, digest_of_file
from boxscore.sources.kept_facts import reader_of
from boxscore.sources.timed_pipe import TimedPipe

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = (".mp4", ".mov", ".avi", ".webm", ".m4v", ".mkv")
CHILD = Path(__file__).with_name("video_child.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What decoding may cost.

    Attributes:
        seconds: Of one frame.
        index_seconds: Of numbering all frames of one video.
        memory: Bytes of address space of the child.
        pixels: Of one frame.
    """

    seconds: float = 30.0
    index_seconds: float = 600.0
    memory: int = 4 << 30
    pixels: int = MOST_PIXELS


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """What was read of one video; `code` and `problem` are "" when it may be used.

    Attributes:
        frames: How many there are; they are numbered from 0 in the order in which they are shown.
        width, height: Pixels as shown: turned by `rotation`, 0, 90, 180 or 270 anticlockwise.
        declared: Frames as the file's header states them, 0 where it does not.
        findings: Codes and words on what is wrong with a video that is used all the same.
        sha256, size: Of the whole file.
    """

    frames: int = 0
    width: int = 0
    height: int = 0
    rotation: int = 0
    declared: int = 0
    findings: tuple[tuple[str, str], ...] = ()
    sha256: str = ""
    size: int = 0
    code: str = ""
    problem: str = ""

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height, as for an image."""
        return self.width, self.height


def require_decoder(why: str) -> None:
    """Refuse early, with what to install.

    Raises:
        RequestError: PyAV is not installed.
    """
    if find_spec("av") is None:
        raise RequestError(
            f"{why}: reading videos needs PyAV, which is not installed",
            fix="pip install 'boxscore[video]'",
            code="E-VIDEO-PYAV",
        )


class _Failed(Exception):
    """A request that the child could not answer."""

    def __init__(self, code: str, problem: str) -> None:
        super().__init__(problem)
        self.code = code


@dataclass(slots=True)
class VideoReader:
    """One child process and what to ask of it; safe to use from several threads, one at a time.

    The child starts when it is first needed, and again after it was stopped by a limit.
    """

    limits: Limits = field(default_factory=Limits)
    _child: subprocess.Popen[bytes] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the child."""
        with self._lock:
            self._stop()

    def facts(self, path: Path) -> VideoFacts:
        """Frame count, size, rotation and digest of a file; what is wrong is in the facts."""
        try:
            if not path.is_file():
                return VideoFacts(code="E-VIDEO-READ", problem="is not a regular file")
            if not path.stat().st_size:
                return VideoFacts(code="E-VIDEO-KIND", problem="is empty")
            told, _ = self._ask(path, None, self.limits.index_seconds)
            return _facts(told, digest_of_file(path), path.stat().st_size)
        except _Failed as bad:
            return VideoFacts(code=bad.code, problem=str(bad))
        except OSError as bad:
            problem = f"cannot be read: {bad.strerror or bad}"
            return VideoFacts(code="E-VIDEO-READ", problem=problem)

    def frame(self, path: Path, number: int) -> Image:
        """A frame by its number, upright, as RGB.

        Raises:
            RequestError: There is no such frame, or it cannot be decoded within the limits.
        """
        import PIL.Image

        require_decoder(path.name)
        try:
            told, pixels = self._ask(path, number, self.limits.seconds)
        except _Failed as bad:
            fix = "look at the file, then import it anew"
            raise RequestError(f"the video {bad}", fix=fix, code=bad.code) from None
        stored = PIL.Image.frombytes("RGB", (told["width"], told["height"]), pixels)
        turn = _quarter(told["rotation"])
        return stored.rotate(turn, expand=True) if turn else stored

    def _ask(self, path: Path, number: int | None, seconds: float) -> tuple[dict[str, Any], bytes]:
        request = {"path": str(path.absolute()), "frame": number}
        with self._lock:
            try:
                answer, body = self._exchange(json.dumps(request).encode() + b"\n", seconds)
            except TimeoutError:
                self._stop()
                problem = f"took longer than {seconds:g} s to decode"
                raise _Failed("E-VIDEO-TIME", problem) from None
            except (EOFError, BrokenPipeError, ValueError):
                self._stop()
                problem = "stopped the decoder: it is damaged, or needs too much memory"
                raise _Failed("E-VIDEO-DECODER", problem) from None
        if "code" in answer:
            raise _Failed(answer["code"], answer["problem"])
        return answer, body

    def _exchange(self, request: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        child = self._started()
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(request)
        child.stdin.flush()
        stream = TimedPipe(child.stdout.fileno(), time.monotonic() + seconds)
        answer = json.loads(stream.line())
        return answer, stream.exactly(answer["bytes"])

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._stop()
            limits = [str(self.limits.memory), str(self.limits.pixels)]
            self._child = subprocess.Popen(
                [sys.executable, "-P", str(CHILD), *limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
        return self._child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _quarter(rotation: int) -> int:
    """Anticlockwise degrees as 0, 90, 180 or 270; other angles are not turned."""
    return rotation % 360 if rotation % 90 == 0 else 0


def _facts(told: dict[str, Any], sha256: str, size: int) -> VideoFacts:
    turn = _quarter(told["rotation"])
    stored = told["width"], told["height"]
    width, height = stored[::-1] if turn in (90, 270) else stored
    return VideoFacts(
        frames=told["frames"],
        width=width,
        height=height,
        rotation=turn,
        declared=told["declared"],
        findings=tuple(_findings(told)),
        sha256=sha256,
        size=size,
    )


def _findings(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with a video that can be used all the same."""
    frames, declared = told["frames"], told["declared"]
    if told["undecodable"]:
        yield "W-VIDEO-DAMAGED", f"is damaged: {told['undecodable']}; its {frames} frames are kept"
    if told["cut"]:
        yield "W-VIDEO-CUT", f"is cut or damaged: its {frames} readable frames are kept"
    if declared and declared != frames:
        yield "W-VIDEO-COUNT", f"says that it has {declared} frames; it shows {frames}"


def read_all_facts(paths: Sequence[Path], limits: Limits | None = None) -> list[VideoFacts]:
    """Facts of many videos, in order; several child processes when there are several.

    Raises:
        RequestError: PyAV is not installed.
    """
    if not paths:
        return []
    require_decoder(paths[0].name)
    count = min(os.cpu_count() or 1, len(paths))
    readers = [VideoReader(limits or Limits()) for _ in range(count)]
    reads = [reader_of(VideoFacts, reader.facts) for reader in readers]
    facts = [VideoFacts()] * len(paths)

    def work(first: int) -> None:
        with readers[first]:
            for k in range(first, len(paths), count):
                facts[k] = reads[first](paths[k])

    with ThreadPoolExecutor(count) as threads:
        list(threads.map(work, range(count)))
    return facts
