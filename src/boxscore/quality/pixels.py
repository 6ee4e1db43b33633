"""The pixels of one picture, and the sums over them that many metrics share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core


@dataclass(eq=False)
class Pixels:
    """An upright picture.

    Attributes:
        rgb: (H, W, 3) uint8.
        quantisation: The luma quantisation table of a JPEG file, 64 numbers; None for others.
    """

    rgb: NDArray[np.uint8]
    quantisation: tuple[int, ...] | None = None
    _reduced: dict[int, Pixels] = field(default_factory=dict, repr=False)

    @property
    def bgr(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 in the order that OpenCV uses."""
        return np.ascontiguousarray(self.rgb[..., ::-1])

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.rgb.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.rgb.shape[1])

    @property
    def count(self) -> int:
        """How many pixels there are."""
        return self.height * self.width

    @cached_property
    def sums(self) -> _core.PixelSums:
        """Whole numbers over all pixels, made in one pass."""
        return _core.pixel_statistics(np.ascontiguousarray(self.rgb))

    def at(self, resolution: int | None) -> Pixels:
        """The picture with its longest side at most so long; None is the whole picture."""
        if resolution is None or max(self.height, self.width) <= resolution:
            return self
        if resolution not in self._reduced:
            import PIL.Image

            picture = PIL.Image.fromarray(self.rgb)
            picture.thumbnail((resolution, resolution), PIL.Image.Resampling.BOX)
            self._reduced[resolution] = Pixels(np.asarray(picture), self.quantisation)
        return self._reduced[resolution]


def variance(total: int, squares: int, count: int) -> float:
    """Population variance from whole sums, without cancellation; nan of nothing."""
    if not count:
        return float("nan")
    return (count * squares - total * total) / count**2
