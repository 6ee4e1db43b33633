"""Images by their identity, without a look at every one."""

from __future__ import annotations

import numpy as np

from boxscore.errors import RequestError
from boxscore.schema.tables import Table


class ItemIndex:
    """Rows of items by data hash and frame; 16 bytes an image.

    Text is found by Python's hash of it, which sorts as a number, and compared in full.
    """

    def __init__(self, items: Table) -> None:
        self._items = items
        hashes = np.fromiter(map(hash, items["data_hash"].tolist()), np.int64, items.rows)
        self._order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[self._order]

    @property
    def nbytes(self) -> int:
        """Bytes that it takes."""
        return self._order.nbytes + self._hashes.nbytes

    def row(self, data_hash: str, frame: int) -> int:
        """The row of an item.

        Raises:
            RequestError: There is none of this identity.
        """
        wanted = np.array(hash(data_hash), np.int64)
        start, stop = (np.searchsorted(self._hashes, wanted, side) for side in ("left", "right"))
        rows = self._order[start:stop]
        rows = rows[self._items["frame"][rows] == frame]
        rows = rows[self._items["data_hash"][rows] == data_hash]
        if not rows.size:
            raise RequestError(
                "no such image in this project", fix="reload the page", code="E-ITEM-UNKNOWN"
            )
        return int(rows[0])
