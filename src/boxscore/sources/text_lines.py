"""Lines of small text files, read under limits; what a person typed wrong becomes a message."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path

from boxscore.errors import SourceError
from boxscore.sources.regular_files import open_regular

LONGEST_LINE = 1 << 16
LARGEST_FILE = 1 << 30
ABOUT = frozenset(
    (
        *("readme", "license", "licence", "source", "sources", "notice", "notes", "changelog"),
        *("copying", "authors", "citation", "requirements"),
    )
)
"""What texts about a data set are called."""
FEWEST_NUMBERS = 4
"""In a line of a file of boxes."""
FEWEST_IN_PARALLEL = 512
SHARD = 256


def read_lines(path: Path, longest: int = LONGEST_LINE) -> Iterator[tuple[int, str]]:
    """(number from 1, text) of every line that is not blank; any line ending, an optional BOM.

    Raises:
        SourceError: The file cannot be read, is no regular file, no UTF-8, or has a line over
            `longest` bytes.
    """
    text = read_bytes(path)
    if b"\0" in text[:4096]:
        raise _wrong(path, "", "is not text", "E-TEXT-KIND")
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > longest:
            problem = f"is longer than {longest >> 10} KiB"
            raise _wrong(path, f"line {number}", problem, "E-TEXT-LINE")
        try:
            words = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as bad:
            place = f"line {number}, byte {bad.start}"
            raise _wrong(path, place, "is not UTF-8", "E-TEXT-ENCODING") from None
        if words.strip():
            yield number, words


def read_bytes(path: Path, most: int = LARGEST_FILE) -> bytes:
    """The content of a regular file of bounded size; pipes and devices are never opened.

    Raises:
        SourceError: It is none, too large, or cannot be read.
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > most:
                raise _wrong(path, "", f"{size} bytes are too many", "E-FILE-SIZE")
            return file.read()
    except OSError as bad:
        raise _wrong(path, "", f"cannot be read: {bad.strerror}", "E-FILE-READ") from None


def number_in(word: str) -> float | None:
    """A finite number as people and programs write it, or None."""
    try:
        value = float(word)
    except ValueError:
        return None
    plain = "_" not in word and value - value == 0
    return value if plain else None


def is_inside(path: Path, root: Path) -> bool:
    """Whether a path lies in a folder once links are followed; links that go round lead nowhere."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def files_below(root: Path, suffixes: Sequence[str]) -> list[Path]:
    """Regular files of some suffixes below a folder, by path; links out of it are left out."""
    found: list[Path] = []
    endings = tuple(suffixes)
    folders = [str(root)]
    while folders:
        inner, names = _listing(folders.pop(), endings)
        folders += inner[::-1]
        found += (Path(n) for n, link in names if not link or is_inside(Path(n), root))
    return found


def _listing(folder: str, endings: tuple[str, ...]) -> tuple[list[str], list[tuple[str, bool]]]:
    """Folders in a folder, and its files of some endings with whether they are links, by name."""
    folders: list[str] = []
    files: list[tuple[str, bool]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if _is_folder(entry):
                    # A link to a folder is not followed.
                    folders += [] if entry.is_symlink() else [entry.path]
                elif entry.name.lower().endswith(endings):
                    files.append((entry.path, entry.is_symlink()))
    except OSError:
        return [], []
    return sorted(folders), sorted(files)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that goes round
        return False


def first_files(root: Path, suffixes: Sequence[str], most: int = 20) -> list[Path]:
    """A few files of some suffixes below a folder, without walking all of it."""
    found: list[Path] = []
    for folder, folders, names in os.walk(root):
        folders.sort()
        fitting = sorted(n for n in names if n.lower().endswith(tuple(suffixes)))
        found += [Path(folder, n) for n in fitting[: most - len(found)]]
        if len(found) >= most:
            break
    return found


def mentions(path: Path, words: Iterable[bytes]) -> bool:
    """Whether a file has all of these words, wherever they stand; False where it cannot be read."""
    try:
        with open_regular(path) as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            return all(content.find(word) >= 0 for word in words)
    except (SourceError, OSError, ValueError):
        return False


def data_texts(paths: Iterable[Path]) -> list[Path]:
    """Those text files that are not about the data, as README.txt and LICENSE are.

    A file of such a name that begins with numbers is data: the labels of an image may be called so.
    """
    return [p for p in paths if p.name.split(".")[0].lower() not in ABOUT or _has_numbers(p)]


def _has_numbers(path: Path) -> bool:
    try:
        first = next(read_lines(path), (0, ""))[1]
    except SourceError:
        return False
    words = first.replace(",", " ").split()
    return sum(number_in(word) is not None for word in words) >= FEWEST_NUMBERS


def _wrong(path: Path, place: str, problem: str, code: str) -> SourceError:
    return SourceError(path, place, problem, fix="give a plain text file in UTF-8", code=code)
