"""Videos made for tests: the number of each frame is written on it in black and white blocks."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

WIDTH, HEIGHT, BITS = 128, 64, 10
BLOCK = 12


def drawn(number: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray[Any, Any]:
    """(height, width, 3) a grey frame with `number` in ten blocks, the lowest bit first."""
    frame = np.full((height, width, 3), 128, np.uint8)
    for bit in range(BITS):
        frame[:32, bit * BLOCK : (bit + 1) * BLOCK] = 255 if number >> bit & 1 else 0
    return frame


def number_on(picture: Image.Image) -> int:
    """The number that is written on a frame."""
    grey = np.asarray(picture.convert("L"))
    centres = [grey[16, bit * BLOCK + BLOCK // 2] for bit in range(BITS)]
    assert all(value < 80 or value > 175 for value in centres), centres
    return sum(1 << bit for bit, value in enumerate(centres) if value > 127)


def write_video(
    path: Path,
    frames: int = 30,
    *,
    codec: str = "libx264",
    times: Sequence[int] | None = None,
    b_frames: int = 0,
    key_every: int = 12,
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> Path:
    """A video of numbered frames; `times` are thousandths of a second, else 40 ms apart."""
    av: Any = pytest.importorskip("av")
    if codec not in av.codecs_available:
        pytest.skip(f"this build of PyAV has no {codec}")
    with av.open(str(path), "w", options=container or {}) as out:
        stream = out.add_stream(codec, rate=25, options=options or {})
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.gop_size, stream.max_b_frames = key_every, b_frames
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(drawn(number, *size), format="rgb24")
            frame.pts = number if times is None else times[number]
            frame.time_base = Fraction(1, 25) if times is None else Fraction(1, 1000)
            for packet in stream.encode(frame):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return path
