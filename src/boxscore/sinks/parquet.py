"""Our own table as Parquet, by pyarrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from boxscore.errors import RequestError
from boxscore.sinks.content import Content
from boxscore.sinks.rows import columns_of, rows_of

AT_ONCE = 100_000
WHOLE = ("image_width", "image_height", "position", "frame")
FLAGS = ("crowd", "ignored", "group_of")
TEXTS = (
    "image", "split", "sequence", "class", "question", "polygon", "polyline", "keypoints", "rle",
    "track", "traits",
)  # fmt: skip


def write(content: Content, folder: Path) -> None:
    """`ground_truth.parquet` or `predictions.parquet`.

    Raises:
        RequestError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise RequestError(
            "writing Parquet needs pyarrow",
            fix="pip install 'boxscore[parquet]', or export csv",
            code="E-EXTRA-PARQUET",
        ) from None
    name = "predictions.parquet" if content.predicted else "ground_truth.parquet"
    names = columns_of(content)
    kinds: dict[str, Any] = dict.fromkeys(WHOLE, pa.int64()) | dict.fromkeys(FLAGS, pa.bool_())
    kinds |= dict.fromkeys(TEXTS, pa.string())
    schema = pa.schema([(n, kinds.get(n, pa.float64())) for n in names])
    with pq.ParquetWriter(folder / name, schema) as writer:
        rows: list[dict[str, Any]] = []
        for row in rows_of(content):
            rows.append({n: row.get(n) for n in names})
            if len(rows) == AT_ONCE:
                writer.write_table(pa.Table.from_pylist(rows, schema))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, schema))
