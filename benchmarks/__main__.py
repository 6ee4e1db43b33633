"""All benchmarks: `python -m benchmarks`; one: `python -m benchmarks.NAME`."""

from __future__ import annotations

from benchmarks import bootstrap, large, recount, score, slices, whole_job

for script in (score, whole_job, recount, slices, bootstrap, large):
    script.main()
