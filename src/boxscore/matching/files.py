"""Two COCO files to the matches of every prediction at all ten IoU thresholds, in one call."""

from __future__ import annotations

from dataclasses import dataclass

from boxscore.kernels import _core

TYPE_CHECKING = False  # importing NumPy and typing takes as long as matching
if TYPE_CHECKING:
    from pathlib import Path

    from boxscore.errors import RequestError


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMatches:
    """What COCO matching says of each of P predictions, in file order, over all areas.

    The columns are memoryviews, which `numpy.asarray` takes without a copy.

    Attributes:
        task: "bbox" or "segm".
        matched: (P,) uint16; bit t is set where the prediction is matched at IoU 0.50 + 0.05 t.
        ignored: (P,) likewise, where the match is a crowd region, which counts neither way.
        rank: (P,) int32, place within its image and class by falling confidence; none from 100 on
            is matched.
    """

    task: str
    matched: memoryview
    ignored: memoryview
    rank: memoryview


def match_files(
    ground_truth: str | Path, results: str | Path, *, task: str | None = None
) -> FileMatches:
    """Match a COCO results file with a COCO ground truth.

    Args:
        task: "bbox" or "segm"; default: masks when the first result has one.

    Raises:
        RequestError: A file is not regular COCO JSON; importing it tells what is wrong with it.
    """
    try:
        found = _core.match_files(str(ground_truth), str(results), task or "auto")
    except (ValueError, OSError) as bad:
        raise _refused(f"{ground_truth} or {results}: {bad}") from None
    if found is None:
        raise _refused(f"{ground_truth} or {results}: a record is not regular COCO")
    return FileMatches(task=found[0], matched=found[1], ignored=found[2], rank=found[3])


def _refused(problem: str) -> RequestError:
    from boxscore.errors import RequestError

    fix = "import the files into a project: its report names every record"
    return RequestError(problem, fix=fix, code="E-FILES-IRREGULAR")
