"""What turns one quote into another: nothing is edited, lines that no longer hold are reversed and new ones added."""

from collections import Counter
from collections.abc import Iterable

from tariffs.lines import Line, Quote


def difference(before: Quote, after: Quote) -> tuple[Line, ...]:
    """The lines that, added to `before`, make the sums of `after`, for each payer and to the last đồng.

    Lines that both have stay as they are; empty when nothing changed. Both quotes are by one book, since a frozen
    price is only ever corrected by the book that it was frozen by. Raises ValueError for two books.
    """
    if before.book != after.book:
        raise ValueError(f"A price by {before.book} is corrected by {before.book}, not by {after.book}.")
    gone = _less(before.lines, after.lines)
    come = _less(after.lines, before.lines)
    return (*(line.reversal() for line in gone), *come)


def _less(lines: Iterable[Line], others: Iterable[Line]) -> list[Line]:
    left = Counter(others)
    remaining = []
    for line in lines:
        if left[line]:
            left[line] -= 1
        else:
            remaining.append(line)
    return remaining
