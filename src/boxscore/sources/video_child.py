"""The child process that decodes videos: one JSON request a line in, one JSON answer and bytes out.

It runs as a script and imports nothing of this package: a file that breaks the decoder breaks this
process alone. Memory is limited here; time is the parent's business.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections import OrderedDict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, BinaryIO

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"
ONE_PACKET_ONE_PICTURE = frozenset(
    ["h264", "hevc", "av1", "vp9", "mpeg4", "mjpeg", "prores", "dnxhd", "png", "rawvideo", "ffv1"]
)
"""Codecs of which every shown packet is one picture, so that packets number the frames."""
KEPT_OPEN = 4
MILLION = 1_000_000


class Unusable(Exception):
    """The video, or the frame, cannot be used; the message says why."""

    def __init__(self, code: str, problem: str) -> None:
        super().__init__(problem)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Where the frames of a video are.

    Attributes:
        times: Presentation time of each frame, ascending; empty where the file has none to trust.
        keys: Times at which decoding may start.
        count: How many frames there are.
        cut: Whether reading ended with an error or a broken packet.
    """

    times: list[int]
    keys: list[int]
    count: int
    cut: bool


def open_video(path: str, pixels: int) -> tuple[Any, Any]:
    """Container and stream; local files only, never a playlist, never beyond the pixel cap."""
    import av

    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS, "enable_drefs": "0"}
    try:
        container: Any = av.open("file:" + path, options=options, metadata_errors="ignore")
    except (av.FFmpegError, ValueError) as bad:
        raise Unusable("E-VIDEO-KIND", f"is no readable video: {_words(bad)}") from None
    if not container.streams.video:
        container.close()
        raise Unusable("E-VIDEO-KIND", "has no video in it")
    stream = container.streams.video[0]
    codec = stream.codec_context
    if codec is None:
        container.close()
        raise Unusable("E-VIDEO-KIND", "is of a codec that is not built in")
    if codec.width * codec.height > pixels:
        container.close()
        problem = f"has frames of {codec.width} x {codec.height}: over {pixels} pixels"
        raise Unusable("E-VIDEO-PIXELS", problem)
    codec.options = {"max_pixels": str(pixels)}
    codec.thread_count = 1
    return container, stream


def _words(bad: BaseException) -> str:
    return str(getattr(bad, "strerror", None) or bad)


def index_of(path: str, pixels: int) -> Index:
    """Number the frames by presentation time, from the packets where they tell, else decoded."""
    import av

    container, stream = open_video(path, pixels)
    times: list[int | None] = []
    keys: list[int] = []
    cut = False
    with container:
        exact = stream.codec_context.name in ONE_PACKET_ONE_PICTURE
        exact = exact and "avi" not in container.format.name
        try:
            for packet in container.demux(stream):
                if not packet.size:
                    continue
                cut = cut or packet.is_corrupt
                if packet.is_keyframe and packet.pts is not None:
                    keys.append(packet.pts)
                if not packet.is_discard:
                    times.append(packet.pts)
        except av.FFmpegError:
            cut = True
    known = sorted(time for time in times if time is not None)
    sound = len(set(known)) == len(times) and bool(keys) and known[:1] >= sorted(keys)[:1]
    if exact and sound:
        return Index(times=known, keys=sorted(keys), count=len(known), cut=cut)
    return _decoded_index(path, pixels, keys)


def _decoded_index(path: str, pixels: int, keys: list[int]) -> Index:
    """Number the frames by decoding all of them."""
    container, stream = open_video(path, pixels)
    times: list[int | None] = []
    with container:
        seekable = "matroska" in container.format.name or "mov" in container.format.name
        cut = False
        for frame, broken in _decoded(container, stream):
            cut = cut or broken
            if frame is not None:
                times.append(frame.pts)
    known = [time for time in times if time is not None]
    rising = len(known) == len(times) and all(a < b for a, b in pairwise(known))
    trusted = seekable and rising and bool(keys)
    return Index(times=known if trusted else [], keys=sorted(keys), count=len(times), cut=cut)


def _decoded(container: Any, stream: Any) -> Any:
    """(frame, whether the packet before it was broken), to the end; broken packets are passed."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.FFmpegError:
            yield None, True
            return
        try:
            for frame in packet.decode():
                yield frame, False
        except av.FFmpegError as bad:
            if isinstance(bad, av.EOFError):
                return
            yield None, True


class Video:
    """A video with its frame numbers, ready to decode any of them."""

    def __init__(self, path: str, pixels: int) -> None:
        self.path, self.pixels = path, pixels
        self.index = index_of(path, pixels)
        self._container: Any = None
        self._frames: Any = None
        self._at = -1  # number, or time, of the frame that was decoded last

    def close(self) -> None:
        """Let go of the file."""
        if self._container is not None:
            self._container.close()
            self._container = None

    def frame(self, number: int) -> Any:
        """The decoded frame of a number."""
        if not 0 <= number < self.index.count:
            problem = f"has {self.index.count} frames, none of number {number}"
            raise Unusable("E-VIDEO-FRAME", problem)
        if not self.index.times:
            return self._counted(number)
        return self._timed(self.index.times[number], number)

    def _timed(self, wanted: int, number: int) -> Any:
        earlier = [key for key in self.index.keys if key <= wanted]
        if self._container is None or not (earlier and earlier[-1] <= self._at < wanted):
            self._start(wanted)
        found = self._until(wanted)
        if found is None:  # the place that was sought may lie behind it
            self._start(None)
            found = self._until(wanted)
        if found is None:
            raise Unusable("E-VIDEO-FRAME", f"frame {number} cannot be decoded")
        return found

    def _until(self, wanted: int) -> Any:
        for frame, _ in self._frames:
            if frame is None or frame.pts is None:
                continue
            self._at = frame.pts
            if frame.pts == wanted:
                return frame
            if frame.pts > wanted:
                return None
        self.close()
        return None

    def _counted(self, number: int) -> Any:
        if self._container is None or self._at >= number:
            self._start(None)
        for frame, _ in self._frames:
            if frame is None:
                continue
            self._at += 1
            if self._at == number:
                return frame
        self.close()
        raise Unusable("E-VIDEO-FRAME", f"frame {number} cannot be decoded")

    def _start(self, time: int | None) -> None:
        """Begin anew: at the start, or at the last key frame that is not after a time."""
        import av

        self.close()
        self._container, stream = open_video(self.path, self.pixels)
        self._at = -1 if not self.index.times else self.index.times[0] - 1
        if time is not None and time > self.index.times[0]:
            with contextlib.suppress(av.FFmpegError):
                self._container.seek(time, stream=stream, backward=True)
                self._at = time
        self._frames = _decoded(self._container, stream)


def facts(video: Video) -> dict[str, Any]:
    """What is told of a video: frames, size as stored, rotation, what is wrong with it."""
    container, stream = open_video(video.path, video.pixels)
    with container:
        codec, declared = stream.codec_context, stream.frames
        told = {
            "frames": video.index.count,
            "declared": declared,
            "width": codec.width,
            "height": codec.height,
            "cut": video.index.cut,
            "codec": codec.name,
            "rotation": 0,
            "undecodable": "",
        }
    if not video.index.count:
        raise Unusable("E-VIDEO-EMPTY", "has no frame")
    try:
        first = video.frame(0)
    except Unusable as bad:
        return told | {"undecodable": str(bad)}
    return told | {"rotation": first.rotation, "width": first.width, "height": first.height}


def picture(video: Video, number: int) -> tuple[dict[str, Any], bytes]:
    """One frame as RGB bytes, as stored; `rotation` says how to turn it."""
    frame = video.frame(number)
    image = frame.to_image()
    size = {"width": image.width, "height": image.height, "rotation": frame.rotation}
    return size, image.tobytes()


def _limit_memory(most: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _answer(
    request: dict[str, Any], videos: OrderedDict[tuple[Any, ...], Video], pixels: int
) -> tuple[dict[str, Any], bytes]:
    path = request["path"]
    status = os.stat(path)  # noqa: PTH116 - this file imports as little as it can
    key = path, status.st_mtime_ns, status.st_size
    if key not in videos:
        videos[key] = Video(path, pixels)
        while len(videos) > KEPT_OPEN:
            videos.popitem(last=False)[1].close()
    videos.move_to_end(key)
    video = videos[key]
    return (facts(video), b"") if request["frame"] is None else picture(video, request["frame"])


def serve(requests: BinaryIO, answers: BinaryIO, pixels: int) -> None:
    """Answer until the parent closes the pipe."""
    videos: OrderedDict[tuple[Any, ...], Video] = OrderedDict()
    for line in requests:
        body = b""
        try:
            answer, body = _answer(json.loads(line), videos, pixels)
        except Unusable as bad:
            answer = {"code": bad.code, "problem": str(bad)}
        except MemoryError:
            answer = {"code": "E-VIDEO-MEMORY", "problem": "needs more memory than it may have"}
        except OSError as bad:
            answer = {"code": "E-VIDEO-READ", "problem": f"cannot be read: {_words(bad)}"}
        except Exception as bad:
            answer = {"code": "E-VIDEO-KIND", "problem": f"is damaged: {type(bad).__name__}"}
        answers.write(json.dumps(answer | {"bytes": len(body)}).encode() + b"\n" + body)
        answers.flush()


if __name__ == "__main__":
    _limit_memory(int(sys.argv[1]))
    import av.logging

    av.logging.restore_default_callback()  # one that calls into Python could wait for itself
    av.logging.set_libav_level(av.logging.PANIC)
    serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[2]))
