"""Every benchmark, one after the other."""

from __future__ import annotations

from benchmarks import (
    app,
    arrays,
    bootstrap,
    embeddings,
    facets,
    floor,
    folders,
    imports,
    label_errors,
    large,
    matches,
    quality,
    recount,
    report,
    score,
    slices,
    warm,
    weak_slices,
    whole_job,
)

for script in (
    score,
    floor,
    warm,
    matches,
    quality,
    embeddings,
    facets,
    arrays,
    whole_job,
    recount,
    slices,
    weak_slices,
    bootstrap,
    report,
    imports,
    folders,
    label_errors,
    large,
    app,
):
    script.main()
