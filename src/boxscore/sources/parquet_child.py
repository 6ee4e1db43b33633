"""The child process that reads Parquet: columns of batches of rows out, as numbers or texts.

It runs as a script and imports nothing of this package: a file that breaks pyarrow breaks this
process alone. Memory is limited here; time is the parent's business. It says the names of the
columns, reads which of them are wanted, and answers with a line of JSON and bytes for each batch.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any, BinaryIO

BATCH = 100_000
MOST_EXACT = 1 << 53


def _limit_memory(most: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _text(value: Any) -> Any:
    """A cell that is no number, as text; lists and objects as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value, default=str)


def _column(array: Any) -> tuple[str, bytes]:
    """How a column is sent, and its bytes: float64 with nan for none, or a JSON list of texts."""
    import pyarrow as pa

    kind = array.type
    if pa.types.is_floating(kind) or _is_exact(array):
        plain = array.cast(pa.float64())
        return "numbers", plain.to_numpy(zero_copy_only=False).tobytes()
    if pa.types.is_integer(kind):
        cells = [None if v is None else str(v) for v in array.to_pylist()]
    else:
        cells = [_text(value) for value in array.to_pylist()]
    return "texts", json.dumps(cells).encode()


def _is_exact(array: Any) -> bool:
    """Whether whole numbers are small enough for float64."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_integer(array.type):
        return False
    ends = pc.min_max(array).as_py()
    return all(value is None or abs(value) < MOST_EXACT for value in ends.values())


def serve(path: str, most_rows: int, asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer until all is sent.

    Raises:
        ValueError: The file has too many rows; pyarrow's errors are some too.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
        rows = file.metadata.num_rows
        if rows > most_rows:
            raise ValueError(f"{rows} rows are more than {most_rows}")
        names = list(file.schema_arrow.names)
        if len(set(names)) < len(names):
            raise ValueError("two columns have one name")
        _send(answers, {"names": names, "rows": rows})
        wanted = json.loads(asked.readline())
        for batch in file.iter_batches(BATCH, columns=wanted, use_threads=False):
            parts = [_column(batch.column(name)) for name in wanted]
            sizes = [(kind, len(body)) for kind, body in parts]
            _send(answers, {"rows": batch.num_rows, "columns": sizes})
            for _, body in parts:
                answers.write(body)
        _send(answers, {"end": True})


def _send(answers: BinaryIO, told: dict[str, Any]) -> None:
    body = json.dumps(told).encode()
    answers.write(b"%d\n" % len(body) + body)
    answers.flush()


if __name__ == "__main__":
    _limit_memory(int(sys.argv[2]))
    try:
        serve(sys.argv[1], int(sys.argv[3]), sys.stdin.buffer, sys.stdout.buffer)
    except MemoryError:
        _send(sys.stdout.buffer, {"problem": "needs more memory than it may have"})
    except Exception as bad:
        words = " ".join(str(bad).split())[:200]
        _send(sys.stdout.buffer, {"problem": f"is damaged: {type(bad).__name__}: {words}"})
