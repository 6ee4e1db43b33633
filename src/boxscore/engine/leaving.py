"""Work that nobody waits for any more: it ends at its next checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Thing = TypeVar("Thing")


class Abandoned(Exception):
    """Whoever asked has gone; nobody gets to see this."""


_gone: ContextVar[Callable[[], bool] | None] = ContextVar("gone", default=None)


@contextmanager
def abandoned_when(gone: Callable[[], bool]) -> Iterator[None]:
    """Whether whoever asked has gone, for all that is called within; threads get it with a context.

    Args:
        gone: Cheap; called from any thread.
    """
    outer = _gone.set(gone)
    try:
        yield
    finally:
        _gone.reset(outer)


def checkpoint() -> None:
    """A place where work may end.

    Raises:
        Abandoned: Whoever asked has gone.
    """
    gone = _gone.get()
    if gone is not None and gone():
        raise Abandoned


def wanted(things: Iterable[Thing]) -> Iterator[Thing]:
    """The things one by one, with a checkpoint before each."""
    for thing in things:
        checkpoint()
        yield thing
