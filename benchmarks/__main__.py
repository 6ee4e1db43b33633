"""All benchmarks: `python -m benchmarks`; one: `python -m benchmarks.NAME`."""

from __future__ import annotations

from benchmarks import arrays, floor, large, matches, recount, score, warm, whole_job

for script in (score, floor, warm, matches, arrays, whole_job, recount, large):
    script.main()
