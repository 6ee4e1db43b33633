"""All benchmarks: `python -m benchmarks`; one: `python -m benchmarks.NAME`."""

from __future__ import annotations

from benchmarks import large, recount, score, whole_job

for script in (score, whole_job, recount, large):
    script.main()
