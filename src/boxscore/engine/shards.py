"""One function over many shards, in order, on any `concurrent.futures.Executor`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

from boxscore.engine.leaving import wanted
from boxscore.engine.progress import Tally

Shard = TypeVar("Shard")
Result = TypeVar("Result")


def map_shards(
    stage: Callable[[Shard], Result],
    shards: Iterable[Shard],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    what: str = "",
) -> list[Result]:
    """Run a stage on every shard and return the results in the order of the shards.

    Args:
        stage: A pure function of one shard.
        executor: Where it runs; a process pool or a cluster's executor fits too. Default: threads
            of this process, which suits reading files and kernels that release the GIL.
        workers: Threads of the default executor.
        what: What shards hold, where they are sequences: how many are done is shown.
    """
    work: Sequence[Shard] = list(shards)
    if executor is not None:
        return _told(executor.map(stage, work), work, what)
    count = min(workers or os.cpu_count() or 1, len(work))
    if count <= 1:
        return _told(map(stage, work), work, what)
    with ThreadPoolExecutor(count) as threads:
        try:
            return _told(threads.map(stage, work), work, what)
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def _told(results: Iterator[Result], work: Sequence[object], what: str) -> list[Result]:
    """All results; the running step learns of each as it comes."""
    if not what:
        return list(wanted(results))
    sizes = [len(shard) if isinstance(shard, Sized) else 1 for shard in work]
    tally, found = Tally(what, sum(sizes)), []
    for result, size in zip(wanted(results), sizes, strict=True):
        found.append(result)
        tally.add(size)
    return found
