"""Laws of the lookups, of ragged arrays and of the search for repeats."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from boxscore.sources.duplicates import repeated_rows
from boxscore.sources.id_lookup import NameLookup, NumberLookup
from boxscore.sources.segmentation import Ragged

number = st.one_of(st.integers(-5, 40), st.integers(-(2**63), 2**63 - 1))


@given(st.lists(number, unique=True), st.lists(number))
def test_numbers_are_found_where_they_stand(known: list[int], wanted: list[int]) -> None:
    found = NumberLookup(np.array(known, np.int64))(np.array(wanted, np.int64))
    assert found.tolist() == [known.index(w) if w in known else -1 for w in wanted]


@given(st.lists(number, unique=True), st.lists(number))
def test_names_that_write_numbers_are_found_by_number(known: list[int], wanted: list[int]) -> None:
    names = [str(k) for k in known] + ["a", "007", "1.0"]
    lookup = NameLookup(names)
    found = lookup.numbers(np.array(wanted, np.int64))
    assert found.tolist() == [known.index(w) if w in known else -1 for w in wanted]
    assert lookup.texts(["a", "b", "007"]).tolist() == [len(known), -1, len(known) + 1]


rows = st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0.0, -0.0, 0.5, float("nan")])))


@given(rows)
def test_repeats_are_rows_that_came_before(given_rows: list[tuple[int, float]]) -> None:
    a = np.array([r[0] for r in given_rows], np.int32)
    b = np.array([r[1] for r in given_rows], np.float64)
    found = repeated_rows((a, b), np.ones(a.size, np.bool_), np.arange(a.size))
    seen: set[tuple[int, str]] = set()
    for k, (first, second) in enumerate(given_rows):
        key = first, str(second + 0.0)
        assert found[k] == (key in seen)
        seen.add(key)


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1), st.data())
def test_ragged_takes_sequences_whole(sequences: list[list[int]], data: st.DataObject) -> None:
    ends = np.cumsum([0, *map(len, sequences)]).astype(np.int64)
    ragged = Ragged(values=np.array([n for s in sequences for n in s], np.int64), offsets=ends)
    index = data.draw(st.lists(st.integers(0, len(sequences) - 1)))
    taken = ragged.take(np.array(index, np.intp))
    parts = [
        taken.values[a:b].tolist()
        for a, b in zip(taken.offsets[:-1], taken.offsets[1:], strict=True)
    ]
    assert parts == [sequences[i] for i in index]
