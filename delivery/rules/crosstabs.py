"""Tables that count people, as they are published: cells that are sums of the finest cells, some shown, some hidden.

Every table of one publication is a view of the same people, so their cells are linked: a province's number is the sum
of its kinds, and a kind's number the sum of its provinces. What one table hides another one must not tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

Atom = tuple[str, ...]
"""One value for each dimension: the finest cell that there is. Each person counts in exactly one."""

Cell = tuple[str | None, ...]
"""One value for each dimension, or None for all of its values together."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Which cells a publication has: its dimensions, which of them each table crosses, and what can occur at all.

    `views` holds one tuple of dimensions for each table, the empty one for the total. What is not in `possible` is
    structurally empty (a relief that only the subsidy bears is never borne by an agency): everybody knows so, and
    whoever computes what is hidden uses it.
    """

    dimensions: tuple[str, ...]
    views: tuple[tuple[str, ...], ...]
    possible: frozenset[Atom]

    def __post_init__(self) -> None:
        unknown = {name for view in self.views for name in view} - set(self.dimensions)
        if unknown:
            raise ValueError(f"A table crosses {sorted(unknown)}, which is no dimension of {self.dimensions}.")
        if len(set(self.dimensions)) < len(self.dimensions):
            raise ValueError(f"A dimension of {self.dimensions} is there twice.")
        if () not in self.views:
            raise ValueError("A publication without its total cannot say of how many people it speaks.")
        if not self.possible:
            raise ValueError("Nothing is possible: there is no cell to count in.")
        for atom in self.possible:
            if len(atom) != len(self.dimensions):
                raise ValueError(f"{atom} does not have one value for each of {self.dimensions}.")

    @cached_property
    def atoms(self) -> tuple[Atom, ...]:
        """The finest cells in a fixed order."""
        return tuple(sorted(self.possible))

    @cached_property
    def members(self) -> Mapping[Cell, frozenset[int]]:
        """Each cell of each table, with the positions in `atoms` of what it sums up."""
        found: dict[Cell, set[int]] = {}
        for view in self.views:
            for at, atom in enumerate(self.atoms):
                found.setdefault(self.cell_of(atom, view), set()).add(at)
        return {cell: frozenset(found[cell]) for cell in sorted(found, key=_coarse_first)}

    @cached_property
    def total(self) -> Cell:
        """The cell of everybody."""
        return (None,) * len(self.dimensions)

    @cached_property
    def partitions(self) -> tuple[tuple[Cell, tuple[Cell, ...]], ...]:
        """Each cell with the cells of another table that it is exactly the sum of."""
        by_view: dict[frozenset[int], list[Cell]] = {}
        for cell in self.members:
            by_view.setdefault(_given(cell), []).append(cell)
        found = []
        for coarse, fine in [pair for two in combinations(by_view, 2) for pair in (two, two[::-1])]:
            for parent in by_view[coarse]:
                inside = self.members[parent]
                children = [child for child in by_view[fine] if self.members[child] & inside]
                if all(self.members[child] <= inside for child in children):
                    found.append((parent, tuple(children)))
        return tuple(found)

    def cell_of(self, atom: Atom, view: tuple[str, ...]) -> Cell:
        """The cell of a table that the atom counts in."""
        return tuple(value if name in view else None for name, value in zip(self.dimensions, atom, strict=True))

    def sums(self, counts: Mapping[Atom, int]) -> dict[Cell, int]:
        """What each cell of each table counts. Raises ValueError for people where nobody can be."""
        for atom, count in counts.items():
            if atom not in self.possible or count < 0:
                raise ValueError(f"{count} people cannot be at {atom}.")
        numbers = [counts.get(atom, 0) for atom in self.atoms]
        return {cell: sum([numbers[at] for at in inside]) for cell, inside in self.members.items()}


@dataclass(frozen=True, kw_only=True)
class Published:
    """What everybody can read: the cells shown with their people, and the promises that the hidden ones rest on.

    `least`: no cell shown counts fewer people. `width`: the whole numbers that a hidden cell may be, for all that the
    others tell, lie at least so far apart.
    """

    layout: Layout
    shown: Mapping[Cell, int]
    least: int
    width: int

    def __post_init__(self) -> None:
        if not 1 <= self.width <= self.least:
            raise ValueError(f"A width of {self.width} cannot be promised where the least total is {self.least}.")
        for cell in self.shown:
            if cell not in self.layout.members:
                raise ValueError(f"{cell} is not a cell of this publication.")

    @property
    def hidden(self) -> tuple[Cell, ...]:
        """The cells that are not shown, the coarse ones first."""
        return tuple(cell for cell in self.layout.members if cell not in self.shown)


def _given(cell: Cell) -> frozenset[int]:
    return frozenset(at for at, value in enumerate(cell) if value is not None)


def _coarse_first(cell: Cell) -> tuple[int, tuple[str, ...]]:
    """`-` before every value, so that a view's cells stay together and the order is the same everywhere."""
    return len(_given(cell)), tuple("" if value is None else f"-{value}" for value in cell)
