"""Stable identities of images: the same import gives the same ids on every machine."""

from __future__ import annotations

import hashlib
from uuid import UUID

NAMESPACE = UUID("8f0a4ba6-2a6c-5a0b-9d3f-6a1c1c0b5e21")
"""Fixed for ever: changing it changes every data_hash."""


def data_hash_of_file(sha256: str, relative: str, occurrence: int = 0) -> str:
    """UUIDv5 over the content's SHA-256 and the path below the image folder.

    Args:
        sha256: Hexadecimal digest of the file's bytes.
        relative: Path with forward slashes, as the source names it.
        occurrence: 0, or n for the n-th further item that shows the same file.
    """
    return _hash("file", sha256, relative, occurrence)


def data_hash_without_file(relative: str, width: int, height: int, occurrence: int = 0) -> str:
    """UUIDv5 over path and size, for an item whose pixels are not at hand."""
    return _hash("size", f"{width}x{height}", relative, occurrence)


def _hash(what: str, content: str, relative: str, occurrence: int) -> str:
    fields = [what, content, relative] + ([str(occurrence)] if occurrence else [])
    name = NAMESPACE.bytes + "\0".join(fields).encode()
    text = hashlib.sha1(name, usedforsecurity=False).hexdigest()
    # As uuid.uuid5 writes it, version and variant in their places, without an object each.
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"
