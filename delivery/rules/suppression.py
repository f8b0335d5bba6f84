"""Decides which cells of linked tables are hidden so that nobody is told by what is left.

Small counts are hidden first, a 0 like any other: were each 0 shown, every hidden cell would be known to hold somebody,
and "nobody here is poor" tells of people too. Then come the others that would give those away: complementary cell
suppression (Cox, "Suppression methodology and statistical disclosure control", JASA 75, 1980; for two-way tables as a
graph: Gusfield, "A graph theoretic approach to statistical data security", SIAM J. Computing 17, 1988; as an integer
programme: Fischetti and Salazar, "Models and algorithms for optimizing cell suppression in tabular data with linear
constraints", JASA 95, 2000). The least that could be hidden is NP-hard to find, so this is a heuristic of the hypercube
kind (Repsilber 1994; Giessing 2003), greedy and with the same answer for the same table.

It proves what it promises. A cell is safe when people can be moved between the finest cells so that every cell shown
stays as it is and this one changes: what a reader sees fits both tables. A move is a person who stands elsewhere, or
two who swap some of their properties (Dalenius and Reiss, "Data-swapping", 1982). It starts from the true table and
makes no number negative. Moves in either direction are added until the cell's two ends lie `width` apart.
`delivery.rules.leaks` looks for leaks by other means and knows nothing of this file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from delivery.rules.crosstabs import Atom, Cell, Layout, Published


def suppress(layout: Layout, counts: Mapping[Atom, int], *, least: int, width: int) -> Published:
    """Hide what must be hidden of `counts` (people in each finest cell; one that is left out has none).

    Nothing at all is shown when everybody together are fewer than `least`. Raises ValueError for counts that the
    layout holds impossible.
    """
    values = layout.sums(counts)
    table = _Table(layout, values, [counts.get(atom, 0) for atom in layout.atoms])
    table.hide(cell for cell, people in values.items() if people < least)
    waiting = list(table.hidden())
    while waiting:
        for cell in waiting:
            table.protect(cell, width)
        table.fill_up(least)
        done = set(waiting) | table.safe
        waiting = [cell for cell in table.hidden() if cell not in done]
        table.safe = done
    return Published(
        layout=layout,
        shown={cell: people for cell, people in values.items() if not table.is_hidden(cell)},
        least=least,
        width=width,
    )


def total_only(published: Published) -> Published:
    """The same publication with nothing but its total, where even that is shown: for a table that failed its audit."""
    total = published.layout.total
    return Published(
        layout=published.layout,
        shown={cell: people for cell, people in published.shown.items() if cell == total},
        least=published.least,
        width=published.width,
    )


@dataclass(frozen=True)
class _Move:
    """People who leave `out` and arrive at `into`, by their positions; `changed` are the cells that notice."""

    out: tuple[int, ...]
    into: tuple[int, ...]
    changed: int


class _Table:
    """The true table and what is hidden of it. Cells and finest cells go by position, sets of cells by the bits of an
    int: a month has some 10⁶ moves to look at."""

    def __init__(self, layout: Layout, values: Mapping[Cell, int], counts: list[int]) -> None:
        self.safe: set[Cell] = set()
        self._layout = layout
        self._values = values
        self._counts = counts
        self._at = {cell: at for at, cell in enumerate(layout.members)}
        self._cells = tuple(layout.members)
        self._where = {atom: at for at, atom in enumerate(layout.atoms)}
        self._seen_by = [0] * len(counts)
        for cell, inside in layout.members.items():
            for member in inside:
                self._seen_by[member] |= 1 << self._at[cell]
        self._hidden = 0
        # One total less is a greater loss than any number of cells that cross more properties than it does.
        rank = max(values.values(), default=0) * len(values) + 1
        finest = len(layout.dimensions)
        self._loss = [people * rank ** (finest - _crossed(cell)) for cell, people in values.items()]
        # Swapping some properties is swapping the others: half of the choices are enough.
        last = len(layout.dimensions) - 1
        self._swaps = [frozenset(some) for size in range(1, last + 1) for some in combinations(range(last), size)]

    def hide(self, cells: Iterator[Cell]) -> None:
        for cell in cells:
            self._hidden |= 1 << self._at[cell]

    def is_hidden(self, cell: Cell) -> bool:
        return bool(self._hidden >> self._at[cell] & 1)

    def hidden(self) -> Iterator[Cell]:
        return (cell for cell in self._cells if self.is_hidden(cell))

    def fill_up(self, least: int) -> None:
        """Hide more where what is hidden of a shown sum is by itself fewer than `least`: that is told by the rest."""
        for parent, children in self._layout.partitions:
            if self.is_hidden(parent):
                continue
            gone = [child for child in children if self.is_hidden(child)]
            left = sorted((child for child in children if child not in gone), key=lambda cell: self._values[cell])
            while gone and left and sum(self._values[child] for child in gone) < least:
                gone.append(left.pop(0))
                self.hide(iter(gone[-1:]))

    def protect(self, cell: Cell, width: int) -> None:
        """Hide what else must be hidden for this cell to be anything within `width`."""
        inside = self._layout.members[cell]
        if any(self._seen_by[atom] & ~self._hidden == 0 for atom in inside):
            # Nothing shown notices one person more there, nor a million.
            return
        higher, lower = list(self._counts), list(self._counts)
        missing = width
        while missing > 0:
            move, gain = self._best(cell, higher, lower, missing)
            self._hidden |= move.changed
            missing -= gain
            up, down = _room(higher, move.out), _room(lower, move.into)
            for numbers, people in ((higher, up), (lower, -down)):
                for at in move.out:
                    numbers[at] -= people
                for at in move.into:
                    numbers[at] += people

    def _best(self, cell: Cell, higher: list[int], lower: list[int], missing: int) -> tuple[_Move, int]:
        """The move that hides the least more, of those that are wide enough; else the widest."""
        best: tuple[tuple[int, int, int], _Move, int] | None = None
        for move in self._moves(cell, higher, lower):
            gain = min(missing, _room(higher, move.out) + _room(lower, move.into))
            if gain and (best is None or gain >= best[2]):
                more = move.changed & ~self._hidden
                price = (-gain, self._lost(more), more.bit_count())
                if best is None or price < best[0]:
                    best = price, move, gain
                    if gain == missing and not more:
                        break
        if best is None:
            raise ValueError(f"{cell} cannot be made safe: nobody is left to stand elsewhere.")
        return best[1], best[2]

    def _moves(self, cell: Cell, higher: list[int], lower: list[int]) -> Iterator[_Move]:
        """Every move by which the cell gains one person."""
        inside = self._layout.members[cell]
        for gaining in sorted(inside):
            mine, seen = self._layout.atoms[gaining], self._seen_by[gaining]
            for other, atom in enumerate(self._layout.atoms):
                if other not in inside:
                    if higher[other] or lower[gaining]:
                        yield _Move((other,), (gaining,), seen ^ self._seen_by[other])
                    yield from self._swapped(gaining, mine, other, atom, inside)

    def _swapped(self, gaining: int, mine: Atom, other: int, atom: Atom, inside: frozenset[int]) -> Iterator[_Move]:
        for swap in self._swaps:
            first = self._where.get(tuple(atom[at] if at in swap else mine[at] for at in range(len(mine))))
            second = self._where.get(tuple(mine[at] if at in swap else atom[at] for at in range(len(mine))))
            if first is None or second is None or first in inside or second in inside:
                continue
            seen = self._seen_by
            yield _Move((first, second), (gaining, other), seen[gaining] ^ seen[other] ^ seen[first] ^ seen[second])

    def _lost(self, cells: int) -> int:
        """What is lost with a set of cells: their people, weighed by how much each cell tells."""
        loss = 0
        while cells:
            lowest = cells & -cells
            loss += self._loss[lowest.bit_length() - 1]
            cells ^= lowest
        return loss


def _crossed(cell: Cell) -> int:
    """How many properties a cell names."""
    return sum([value is not None for value in cell])


def _room(numbers: list[int], leaving: tuple[int, ...]) -> int:
    """How many can leave."""
    return min([numbers[at] for at in leaving])
