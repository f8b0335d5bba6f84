"""What the demo shows while it runs: progress bars on a terminal, a line a day elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Screen:
    """Progress and the time that each step took; `seconds` adds up over the days."""

    def __init__(self, console: Console, items: int) -> None:
        self.console = console
        self.seconds: dict[str, float] = {}
        self._items = items
        columns = (
            TextColumn("{task.description:<34}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal)
        self._handed = self._progress.add_task("handed over by the agencies", total=items, note="")
        self._final = self._progress.add_task("final", total=items, note="")

    def __enter__(self) -> "Screen":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step; the same name again adds to it."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began

    def say(self, words: str) -> None:
        """A line of its own."""
        self.console.print(words, highlight=False)

    def handed_over(self, count: int) -> None:
        """So many results more were registered."""
        self._progress.advance(self._handed, count)

    def day(self, words: str, final: int, note: str) -> None:
        """A day began or ended, with so many results final."""
        self._progress.update(self._final, completed=final, description=words, note=note)
        if self._progress.disable:
            self.say(f"{words}: {final} of {self._items} final; {note}")
