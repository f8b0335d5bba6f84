"""An audit of what is about to be published: what can a reader compute who knows the rules of arithmetic?

It is given what everybody gets and nothing else, and shares no reasoning with `delivery.rules.suppression`: that one
moves people in the true table, this one solves equations. First the exact question of Cox (1980), whether a hidden cell
is a combination of shown ones, by Gaussian elimination in whole numbers, over the finest cells, so that all linked
tables count together. Then bounds: each sum tightens its parts and the parts their sum until nothing moves, as in
constraint propagation; these are outer bounds, so what it finds is a leak, and the proof that there is none lies with
the suppression (its two ends) and with the tests, which try every table that fits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import gcd

from delivery.rules.crosstabs import Cell, Layout, Published

Row = dict[int, int]
"""A linear equation without its right side: whole coefficients of the finest cells, by position; no zeros."""

ROUNDS = 200
"""Bounds may creep by one a round; a gap that closes later than this is wider than any width that is promised."""


class Leak(StrEnum):
    """How a publication would tell what it must not."""

    SMALL = "small"
    """A shown cell counts too few people."""
    COMPUTED = "computed"
    """A hidden cell follows from shown ones."""
    NARROW = "narrow"
    """A hidden cell is bounded into less than the promised width."""
    SMALL_REST = "small_rest"
    """What is hidden of a shown sum is too few people, and follows from the rest."""
    CONTRADICTION = "contradiction"
    """No table fits what is shown."""


@dataclass(frozen=True)
class Fault:
    """One leak, and the cell that it is about."""

    leak: Leak
    cell: Cell


def audit(published: Published) -> list[Fault]:
    """Every fault of a publication; it may be published when there is none."""
    small = [Fault(Leak.SMALL, cell) for cell, people in published.shown.items() if people < published.least]
    bounds = _bounds(published)
    if bounds is None:
        return [*small, Fault(Leak.CONTRADICTION, published.layout.total)]
    known = Span(published.layout, published.shown)
    computed = [cell for cell in published.hidden if known.tells(cell)]
    narrow = [
        cell
        for cell in published.hidden
        if cell not in computed and (high := bounds[cell][1]) is not None and high - bounds[cell][0] < published.width
    ]
    rests = [Fault(Leak.SMALL_REST, parent) for parent, rest in _rests(published) if rest < published.least]
    return [
        *small,
        *(Fault(Leak.COMPUTED, cell) for cell in computed),
        *(Fault(Leak.NARROW, cell) for cell in narrow),
        *rests,
    ]


class Span:
    """All that follows by adding and subtracting from the cells it was made of."""

    def __init__(self, layout: Layout, cells: Iterable[Cell]) -> None:
        self._layout = layout
        self._rows: dict[int, Row] = {}
        # Small sums first: each then settles a finest cell, and the large ones shrink.
        for cell in sorted(cells, key=lambda cell: (len(layout.members[cell]), str(cell))):
            row = self._reduced(dict.fromkeys(layout.members[cell], 1))
            if row:
                self._rows[min(row)] = row

    def tells(self, cell: Cell) -> bool:
        """Whether the cell follows."""
        return not self._reduced(dict.fromkeys(self._layout.members[cell], 1))

    def _reduced(self, row: Row) -> Row:
        """What is left of a row when the known ones are taken off it; nothing when it follows from them."""
        done = -1
        while ahead := [at for at in row if at > done and at in self._rows]:
            done = min(ahead)
            row = _without(row, self._rows[done], done)
        return row


def _without(row: Row, other: Row, at: int) -> Row:
    """`row` less the multiple of `other` that clears it at `at`, in lowest terms."""
    mine, theirs = row[at], other[at]
    left = {place: number * theirs for place, number in row.items()}
    for place, number in other.items():
        left[place] = left.get(place, 0) - number * mine
    left = {place: number for place, number in left.items() if number}
    shared = gcd(*left.values()) if left else 1
    return {place: number // shared for place, number in left.items()}


def _rests(published: Published) -> Iterable[tuple[Cell, int]]:
    """Each shown sum of which parts are hidden, and how many people these parts are together."""
    for parent, children in published.layout.partitions:
        shown = [published.shown[child] for child in children if child in published.shown]
        if parent in published.shown and len(shown) < len(children):
            yield parent, published.shown[parent] - sum(shown)


def _bounds(published: Published) -> Mapping[Cell, tuple[int, int | None]] | None:
    """The least and the most that each cell can be (None: nothing holds it); None when no table fits."""
    layout = published.layout
    low: dict[Cell, int] = {cell: published.shown.get(cell, 0) for cell in layout.members}
    high: dict[Cell, int | None] = {cell: published.shown.get(cell) for cell in layout.members}
    sums = [*layout.partitions, *_into_atoms(layout, low, high)]
    for _ in range(ROUNDS):
        before = (dict(low), dict(high))
        for parent, children in sums:
            _tighten(parent, children, low, high)
        if any(most is not None and most < low[cell] for cell, most in high.items()):
            return None
        if before == (low, high):
            break
    return {cell: (low[cell], high[cell]) for cell in layout.members}


def _into_atoms(
    layout: Layout, low: dict[Cell, int], high: dict[Cell, int | None]
) -> list[tuple[Cell, tuple[Cell, ...]]]:
    """Every cell as the sum of the finest ones, which join the bounds as cells of a table that nobody sees."""
    for atom in layout.atoms:
        low.setdefault(atom, 0)
        high.setdefault(atom, None)
    return [
        (cell, tuple(layout.atoms[at] for at in sorted(inside)))
        for cell, inside in layout.members.items()
        if None in cell
    ]


def _tighten(parent: Cell, children: tuple[Cell, ...], low: dict[Cell, int], high: dict[Cell, int | None]) -> None:
    """A sum is at least its parts' least and at most their most; each part is what the others leave of it."""
    lows, highs = [low[child] for child in children], [high[child] for child in children]
    finite = [most for most in highs if most is not None]
    least, most, endless = sum(lows), sum(finite), len(highs) - len(finite)
    low[parent] = max(low[parent], least)
    if not endless:
        high[parent] = _lower(high[parent], most)
    top = high[parent]
    for child, own_least, own_most in zip(children, lows, highs, strict=True):
        if endless == (own_most is None):
            low[child] = max(low[child], low[parent] - (most - (own_most or 0)))
        if top is not None:
            high[child] = _lower(own_most, top - (least - own_least))


def _lower(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)
