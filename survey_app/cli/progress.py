"""A progress bar for work that tells how far it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function (done, total) that draws a bar on the terminal, and nothing when there is none."""
    with click.progressbar(length=1, label=label) as drawn:

        def progress(done: int, total: int) -> None:
            drawn.length = max(total, 1)
            drawn.update(done - drawn.pos)

        yield progress
