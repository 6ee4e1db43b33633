"""One function over many shards, in order, on any `concurrent.futures.Executor`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

Shard = TypeVar("Shard")
Result = TypeVar("Result")


def map_shards(
    stage: Callable[[Shard], Result],
    shards: Iterable[Shard],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
) -> list[Result]:
    """Run a stage on every shard and return the results in the order of the shards.

    Args:
        stage: A pure function of one shard.
        executor: Where it runs; a process pool or a cluster's executor fits too. Default: threads
            of this process, which suits reading files and kernels that release the GIL.
        workers: Threads of the default executor.
    """
    work: Sequence[Shard] = list(shards)
    if executor is not None:
        return list(executor.map(stage, work))
    count = min(workers or os.cpu_count() or 1, len(work))
    if count <= 1:
        return [stage(shard) for shard in work]
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(stage, work))
