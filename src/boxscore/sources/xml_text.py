"""XML that users give: no DOCTYPE, no entities, sizes bounded; large files element by element."""

from __future__ import annotations

import pyexpat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from boxscore.errors import SourceError, shown
from boxscore.sources.regular_files import open_regular

CHUNK = 1 << 20
LARGEST_TOKEN = 32 << 20
"""Bytes of one tag or comment; a text is given in pieces, and bounded as well."""
DEEPEST = 32
MOST_ELEMENTS = 1_000_000
"""Elements within one that is held as a whole."""
MOST_ATTRIBUTES = 64


@dataclass(slots=True, eq=False)
class Element:
    """One element.

    Attributes:
        line: Where it starts, from 1.
        text: The characters directly in it, before its first child.
        parent: The element around it, of those that are given on their own; else None.
    """

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)
    parent: Element | None = None

    def child(self, tag: str) -> Element | None:
        """The first child of a name."""
        for element in self.children:
            if element.tag == tag:
                return element
        return None

    def text_of(self, *path: str) -> str | None:
        """The text of a descendant, without spaces around; None where there is none."""
        found: Element | None = self
        for tag in path:
            found = None if found is None else found.child(tag)
        return None if found is None else found.text.strip()


def read_xml(path: Path, largest: int = LARGEST_TOKEN) -> Element:
    """A small file as a whole.

    Raises:
        SourceError: It is no XML, has a DOCTYPE, or is larger or deeper than any of its kind.
    """
    parser = _Parser(path, frozenset())
    with open_regular(path) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise _wrong(path, "", f"is larger than {largest >> 20} MiB", "E-XML-SIZE")
    parser.feed(content, end=True)
    del parser.expat  # it holds the parser, which would wait for the garbage collector
    return parser.done.pop()


def stream_xml(path: Path, whole: frozenset[str]) -> Iterator[Element]:
    """The elements of some names, each with all that is in it, as soon as it ends.

    Elements of other names are not kept; they are the `parent` of those within them. An element
    within a whole one is a child of that, whatever its name.

    Raises:
        SourceError: As `read_xml`; elements before the damage were given already.
    """
    parser = _Parser(path, whole)
    with open_regular(path) as file:
        while chunk := file.read(CHUNK):
            parser.feed(chunk)
            yield from parser.take()
    parser.feed(b"", end=True)
    yield from parser.take()


def root_of(path: Path) -> Element | None:
    """The root element with its attributes alone, or None where it is no XML."""
    parser = _Parser(path, frozenset({""}))
    try:
        with open_regular(path) as file:
            parser.feed(file.read(CHUNK >> 4))
    except SourceError:
        pass
    return parser.root


class _Parser:
    """Elements under way. With no names to hold, the root is held."""

    def __init__(self, path: Path, whole: frozenset[str]) -> None:
        self.path, self.whole = path, whole
        self.root: Element | None = None
        self.done: list[Element] = []
        self.held = self.silent = 0
        self.around: list[Element] = []
        self.within: list[Element] = []
        self.expat = pyexpat.ParserCreate()
        self.expat.buffer_text = True
        self.expat.StartElementHandler = self.start
        self.expat.EndElementHandler = self.end
        self.expat.CharacterDataHandler = self.characters
        self.expat.StartDoctypeDeclHandler = self.doctype
        self.expat.CommentHandler = self.other
        self.expat.ProcessingInstructionHandler = self.other

    def feed(self, chunk: bytes, *, end: bool = False) -> None:
        """Parse some more."""
        self.silent += len(chunk)
        try:
            self.expat.Parse(chunk, end)
        except pyexpat.ExpatError as bad:
            words = pyexpat.ErrorString(bad.code)
            raise _wrong(self.path, f"line {bad.lineno}", f"is no XML: {words}") from None
        except (LookupError, ValueError):
            raise _wrong(self.path, "", "is written in an unknown encoding") from None
        if self.silent > LARGEST_TOKEN:
            raise self.too_large("one tag or comment")

    def take(self) -> list[Element]:
        """What was finished since the last time."""
        done, self.done = self.done, []
        return done

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.silent = 0
        element = Element(tag, attributes, self.expat.CurrentLineNumber)
        within = self.within
        if len(self.around) + len(within) >= DEEPEST:
            raise self.too_large(f"nesting beyond {DEEPEST} levels")
        if len(attributes) > MOST_ATTRIBUTES:
            raise self.too_large(f"a tag of {len(attributes)} attributes")
        if within:
            within[-1].children.append(element)
        else:
            element.parent = self.around[-1] if self.around else None
            if self.root is None:
                self.root = element
            if self.whole and tag not in self.whole:
                self.around.append(element)
                return
            self.held = 0
        self.held += 1
        if self.held > MOST_ELEMENTS:
            raise self.too_large(f"<{shown(within[0].tag)}> with over {MOST_ELEMENTS} in it")
        within.append(element)

    def end(self, _: str) -> None:
        self.silent = 0
        if not self.within:
            self.around.pop()
            return
        element = self.within.pop()
        if not self.within:
            self.done.append(element)

    def characters(self, text: str) -> None:
        self.silent = 0
        if not self.within or text.isspace():
            return
        element = self.within[-1]
        if not element.children:
            if len(element.text) + len(text) > LARGEST_TOKEN:
                raise self.too_large("a text")
            element.text += text

    def doctype(self, *_: object) -> None:
        place = f"line {self.expat.CurrentLineNumber}"
        problem = "has a DOCTYPE, which may define entities: it is not read"
        raise _wrong(self.path, place, problem, "E-XML-DOCTYPE", "delete the DOCTYPE declaration")

    def other(self, *_: object) -> None:
        self.silent = 0

    def too_large(self, what: str) -> SourceError:
        """The refusal of a file beyond a limit."""
        place = f"line {self.expat.CurrentLineNumber}"
        return _wrong(self.path, place, f"{what} is more than is read", "E-XML-SIZE")


def _wrong(
    path: Path, place: str, problem: str, code: str = "E-XML", fix: str = "export it again"
) -> SourceError:
    return SourceError(path, place, problem, fix=fix, code=code)
