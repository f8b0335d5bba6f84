"""One month's equity account as everybody may read it: what is shown, what is hidden, and in which words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from json import dumps
from typing import Final

from delivery.rules.crosstabs import Cell

DIMENSIONS: Final = ("province", "kind", "remoteness", "bearer")
VIEWS: Final = (
    (),
    ("kind",),
    ("province",),
    ("remoteness",),
    ("bearer",),
    ("province", "kind"),
    ("remoteness", "kind"),
)
REMOTE, OTHER = "remote", "other"
"""Whether the commune that an item goes to is remote or an island, as the list of communes has it."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """A kind of relief or a province: its code, and its name in both languages."""

    code: str
    vi: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A cell that is shown: people, and đồng where money is shown at all (not where two properties cross)."""

    people: int
    dong: int | None


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A month's account. `figures` has every cell of every table in order; None is one that is hidden.

    Raises ValueError for a cell of too few people: such an edition cannot even be built.
    """

    month: date
    least: int
    width: int
    kinds: tuple[Named, ...]
    provinces: tuple[Named, ...]
    figures: Mapping[Cell, Figure | None]

    def __post_init__(self) -> None:
        if self.month.day != 1:
            raise ValueError(f"An account is of a month, named by its first day: not {self.month}.")
        for cell, figure in self.figures.items():
            if figure is not None and figure.people < self.least:
                raise ValueError(f"{self.month:%Y-%m}: {cell} would show {figure.people} people, under {self.least}.")

    def at(
        self,
        *,
        province: str | None = None,
        kind: str | None = None,
        remoteness: str | None = None,
        bearer: str | None = None,
    ) -> Figure | None:
        """The figure of a cell; None where it is hidden or no table has it."""
        return self.figures.get((province, kind, remoteness, bearer))

    @property
    def bearers(self) -> tuple[str, ...]:
        """Who may have paid, by the tariff books of the month: "subsidy", "agency"."""
        return tuple(bearer for cell in self.figures if (bearer := cell[3]) is not None)

    @property
    def hidden(self) -> int:
        """How many cells are hidden."""
        return sum(figure is None for figure in self.figures.values())

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON: sorted keys, no spaces, UTF-8."""
        text = dumps(self.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()

    def as_json(self) -> dict[str, object]:
        """As plain JSON values, in which it is kept and offered; `from_json` gives it back exactly."""
        return {
            "month": f"{self.month:%Y-%m}",
            "least": self.least,
            "width": self.width,
            "kinds": [{"code": each.code, "vi": each.vi, "en": each.en} for each in self.kinds],
            "provinces": [{"code": each.code, "vi": each.vi, "en": each.en} for each in self.provinces],
            "cells": [dict(row) for row in self.rows()],
        }

    def rows(self) -> Iterator[Mapping[str, str | int | bool | None]]:
        """Each cell as a row: its four properties (None: all), people and đồng, and whether it is hidden."""
        for cell, figure in self.figures.items():
            yield {
                **dict(zip(DIMENSIONS, cell, strict=True)),
                "people": figure.people if figure else None,
                "dong": figure.dong if figure else None,
                "hidden": figure is None,
            }

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> "Edition":
        """Read what `as_json` wrote. Raises ValueError for anything else."""
        try:
            return cls(
                month=date.fromisoformat(f"{_text(values['month'])}-01"),
                least=_whole(values["least"]),
                width=_whole(values["width"]),
                kinds=tuple(_named(each) for each in _list(values["kinds"])),
                provinces=tuple(_named(each) for each in _list(values["provinces"])),
                figures=dict(_figure(_object(each)) for each in _list(values["cells"])),
            )
        except (KeyError, TypeError) as wrong:
            raise ValueError(f"This is no equity account: {wrong!r}.") from wrong


def _figure(row: Mapping[str, object]) -> tuple[Cell, Figure | None]:
    cell = tuple(None if row[name] is None else _text(row[name]) for name in DIMENSIONS)
    if row["hidden"]:
        return cell, None
    return cell, Figure(people=_whole(row["people"]), dong=None if row["dong"] is None else _whole(row["dong"]))


def _named(value: object) -> Named:
    row = _object(value)
    return Named(code=_text(row["code"]), vi=_text(row["vi"]), en=_text(row["en"]))


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a whole number")
    return value
