"""Frames of videos by presentation index: every frame carries its number, and it is read back."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.sources import video
from boxscore.sources.video import Limits, VideoReader, read_all_facts
from tests.sources.videos import HEIGHT, WIDTH, number_on, write_video

pytest.importorskip("av")
KINDS = {
    "h264.mp4": ("libx264", 0),
    "h264_b.mp4": ("libx264", 3),
    "h264_b.mov": ("libx264", 2),
    "mpeg4.mp4": ("mpeg4", 0),
    "mpeg4_b.mp4": ("mpeg4", 2),
    "mpeg4.avi": ("mpeg4", 0),
    "mpeg4_b.avi": ("mpeg4", 2),
    "mjpeg.avi": ("mjpeg", 0),
    "vp8.webm": ("libvpx", 0),
    "vp9.webm": ("libvpx-vp9", 0),
    "h264_b.mkv": ("libx264", 2),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[VideoReader]:
    with VideoReader() as opened:
        yield opened


@pytest.mark.parametrize("name", KINDS)
def test_every_frame_is_the_one_of_its_number(
    tmp_path: Path, reader: VideoReader, name: str
) -> None:
    codec, b_frames = KINDS[name]
    path = write_video(tmp_path / name, 40, codec=codec, b_frames=b_frames)
    facts = reader.facts(path)
    assert (facts.frames, facts.width, facts.height) == (40, WIDTH, HEIGHT), facts
    assert facts.code == "" and facts.findings == ()
    for number in (0, 1, 2, 17, 39, 11, 12, 13, 38, 5, 0):
        assert number_on(reader.frame(path, number)) == number


def test_invisible_reference_frames_are_not_counted(tmp_path: Path, reader: VideoReader) -> None:
    options = {"auto-alt-ref": "1", "lag-in-frames": "16", "arnr-maxframes": "5"}
    path = write_video(tmp_path / "alt.webm", 60, codec="libvpx", options=options, key_every=60)
    assert reader.facts(path).frames == 60
    assert [number_on(reader.frame(path, k)) for k in (59, 30, 31)] == [59, 30, 31]


@pytest.mark.parametrize("name", ["variable.mp4", "variable.webm"])
def test_row_158_frames_of_uneven_length_are_counted_not_timed(
    tmp_path: Path, reader: VideoReader, name: str
) -> None:
    times = [k * 10 if k < 20 else 200 + (k - 20) * 333 for k in range(30)]
    codec = "libvpx-vp9" if name.endswith("webm") else "libx264"
    path = write_video(tmp_path / name, 30, codec=codec, times=times, b_frames=0)
    assert reader.facts(path).frames == 30
    assert [number_on(reader.frame(path, k)) for k in range(30)] == list(range(30))


def test_row_158_a_cut_file_keeps_its_readable_frames(tmp_path: Path, reader: VideoReader) -> None:
    whole = write_video(
        tmp_path / "whole.mp4", 60, key_every=5, container={"movflags": "faststart"}
    )
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    facts = reader.facts(cut)
    assert facts.code == "" and 10 < facts.frames < 60
    assert {code for code, _ in facts.findings} <= {"W-VIDEO-CUT", "W-VIDEO-COUNT"}
    assert facts.findings
    assert number_on(reader.frame(cut, 10)) == 10
    with pytest.raises(RequestError, match="E-VIDEO-FRAME"):
        reader.frame(cut, 60)


def test_row_158_frames_behind_a_damaged_stretch_keep_their_numbers(
    tmp_path: Path, reader: VideoReader
) -> None:
    path = write_video(tmp_path / "a.mp4", 60, key_every=5, container={"movflags": "faststart"})
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + len(data) // 20] = os.urandom(len(data) // 20)
    path.write_bytes(data)
    facts = reader.facts(path)
    assert facts.frames == 60
    assert [number_on(reader.frame(path, k)) for k in (0, 4, 55, 59)] == [0, 4, 55, 59]


def test_row_158_without_its_table_a_file_is_refused(tmp_path: Path, reader: VideoReader) -> None:
    whole = write_video(tmp_path / "whole.mp4", 30)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert reader.facts(cut).code == "E-VIDEO-KIND"


BAD = {
    "empty.mp4": b"",
    "text.mp4": b"no video at all\n" * 20,
    "list.mp4": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "concat.mp4": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "noise.avi": b"RIFF\x00\x10\x00\x00AVI LIST" + bytes(range(256)) * 8,
}


@pytest.mark.parametrize("name", BAD)
def test_row_158_what_is_no_video_is_named(tmp_path: Path, reader: VideoReader, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(BAD[name])
    facts = reader.facts(path)
    assert facts.code in ("E-VIDEO-KIND", "E-VIDEO-EMPTY") and facts.problem


def test_sound_without_pictures_is_no_video(tmp_path: Path, reader: VideoReader) -> None:
    import av

    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=8000, layout="mono")
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate = 8000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    assert "no video" in reader.facts(path).problem


@pytest.mark.parametrize(
    "name", ["a b;$(id)'\"&.mp4", "-y.mp4", "pipe:0.mp4", "http:x.mp4", "ä\n.mp4"]
)
def test_row_158_names_are_names_and_nothing_else(
    tmp_path: Path, reader: VideoReader, name: str
) -> None:
    path = write_video(tmp_path / "plain.mp4", 5).rename(tmp_path / name)
    assert reader.facts(path).frames == 5
    assert number_on(reader.frame(path, 3)) == 3


@pytest.mark.parametrize(
    ("turn", "expected"), [(90, (64, 128)), (180, (128, 64)), (270, (64, 128))]
)
def test_row_158_turned_videos_are_shown_upright(
    tmp_path: Path, reader: VideoReader, turn: int, expected: tuple[int, int]
) -> None:
    path = write_video(tmp_path / "turned.mp4", 5)
    path.write_bytes(_with_rotation(path.read_bytes(), turn))
    facts = reader.facts(path)
    assert (facts.width, facts.height) == expected
    picture = reader.frame(path, 3)
    assert picture.size == expected
    # The file says by how much a player turns the frame clockwise: undone, the number reads again.
    assert number_on(picture.rotate(turn, expand=True)) == 3


def _with_rotation(data: bytes, turn: int) -> bytes:
    """The file with its track's matrix set to a clockwise turn."""
    one, minus = (1 << 16).to_bytes(4, "big"), (-(1 << 16)).to_bytes(4, "big", signed=True)
    nought, last = bytes(4), (1 << 30).to_bytes(4, "big")
    a, b, c, d = {
        90: (nought, one, minus, nought),
        180: (minus, nought, nought, minus),
        270: (nought, minus, one, nought),
    }[turn]
    at = data.index(b"tkhd") + 4 + 40
    plain = one + nought * 3 + one + nought * 3 + last
    assert data[at : at + 36] == plain
    matrix = a + b + nought + c + d + nought + nought + nought + last
    return data[:at] + matrix + data[at + 36 :]


def test_an_edit_list_hides_frames(tmp_path: Path, reader: VideoReader) -> None:
    path = write_video(tmp_path / "edited.mp4", 40, key_every=40)
    data = path.read_bytes()
    at = data.index(b"elst") + 4
    entry = at + 8
    scale = int.from_bytes(data[data.index(b"mdhd") + 16 : data.index(b"mdhd") + 20], "big")
    start = (scale // 25 * 10).to_bytes(4, "big")  # show from the tenth frame on
    path.write_bytes(data[: entry + 4] + start + data[entry + 8 :])
    assert reader.facts(path).frames == 30
    assert [number_on(reader.frame(path, k)) for k in (0, 1, 29)] == [10, 11, 39]


def test_row_158_a_slow_video_is_given_up_and_the_next_one_read(tmp_path: Path) -> None:
    slow = write_video(tmp_path / "slow.webm", 300, codec="libvpx", size=(320, 240))
    quick = write_video(tmp_path / "quick.mp4", 5)
    with VideoReader(Limits(index_seconds=0.05)) as reader:
        began = time.monotonic()
        assert reader.facts(slow).code == "E-VIDEO-TIME"
        assert time.monotonic() - began < 5
        reader.limits = Limits()
        assert reader.facts(quick).frames == 5


def test_too_many_pixels_are_refused_before_decoding(tmp_path: Path) -> None:
    path = write_video(tmp_path / "large.mp4", 2)
    with VideoReader(Limits(pixels=1000)) as reader:
        assert reader.facts(path).code == "E-VIDEO-PIXELS"


def test_memory_is_limited_in_the_child_alone(tmp_path: Path) -> None:
    path = write_video(tmp_path / "large.mp4", 2, size=(1280, 720))
    with VideoReader(Limits(memory=96 << 20)) as reader:
        facts = reader.facts(path)
    assert facts.code in ("E-VIDEO-MEMORY", "E-VIDEO-DECODER", "E-VIDEO-KIND")


def test_many_videos_are_read_in_order(tmp_path: Path) -> None:
    paths = [write_video(tmp_path / f"{k}.mp4", k + 1) for k in range(5)]
    facts = read_all_facts(paths)
    assert [f.frames for f in facts] == [1, 2, 3, 4, 5]
    assert len({f.sha256 for f in facts}) == 5


def test_threads_may_share_a_reader(tmp_path: Path, reader: VideoReader) -> None:
    paths = [write_video(tmp_path / f"{k}.mp4", 30, b_frames=k % 3) for k in range(6)]
    wanted = [(path, number) for number in range(0, 30, 7) for path in paths]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda one: number_on(reader.frame(*one)), wanted))
    assert found == [number for _, number in wanted]


def test_a_decoder_that_died_is_started_again(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", 5)
    with VideoReader() as reader:
        assert number_on(reader.frame(path, 1)) == 1
        assert reader._child is not None
        reader._child.kill()
        reader._child.wait()
        assert number_on(reader.frame(path, 2)) == 2


def test_without_pyav_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "find_spec", lambda name: None)
    with pytest.raises(RequestError, match=r"pip install 'boxscore\[video\]'"):
        read_all_facts([Path("a.mp4")])


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.avi"])
def test_garbled_videos_give_facts_or_a_reason(tmp_path: Path, name: str) -> None:
    codec = {"a.mp4": "libx264", "a.webm": "libvpx", "a.avi": "mpeg4"}[name]
    whole = write_video(tmp_path / name, 12, codec=codec).read_bytes()
    random = np.random.default_rng(0)
    with VideoReader(Limits(seconds=5, index_seconds=5)) as reader:
        for _ in range(25):
            data = bytearray(whole)
            for at in random.integers(0, len(data), 20).tolist():
                data[at] = int(random.integers(256))
            (tmp_path / name).write_bytes(data)
            facts = reader.facts(tmp_path / name)
            assert bool(facts.code) != bool(facts.frames), facts
            for frame in range(min(facts.frames, 3)):
                try:
                    picture = reader.frame(tmp_path / name, frame)
                except RequestError as bad:
                    assert bad.code.startswith("E-VIDEO-")
                else:
                    assert picture.mode == "RGB"
