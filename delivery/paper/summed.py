"""A long table of money: its heading and its sum on each sheet, the total below the last row."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable, Table, TableStyle

from delivery.paper.page import BOLD, REGULAR, RULED, Column, Command, bilingual, sum_name
from delivery.paper.words import clean, in_dong

_SIZE = 7.5
_ROW_PT = 14.5
_HEADING_PT = 27


@dataclass(frozen=True, kw_only=True)
class SummedRow:
    """A row of a summed table: its texts, and then its amounts in đồng, one for each of the last columns."""

    texts: tuple[str, ...]
    amounts: tuple[int, ...]


class SummedTable(Flowable):
    """A ruled table of any length: heading and sum on each sheet, and the total of all rows below the last.

    `rows` are texts and amounts; texts too long for their column are broken, so that no code is cut.
    """

    def __init__(self, columns: Sequence[Column], rows: Sequence[SummedRow], *, before: Sequence[int] = ()) -> None:
        """`before` holds the sums of the sheets before this one; none on the first."""
        super().__init__()
        self.columns = columns
        # What follows another sheet was fitted with it: a month of a big agency has hundreds of sheets.
        self.rows = rows if before else [SummedRow(texts=self._fitting(r.texts), amounts=r.amounts) for r in rows]
        self.before = before
        self._heights = [_ROW_PT + 9 * max(text.count("\n") for text in row.texts) for row in self.rows]

    def wrap(self, *_: float) -> tuple[float, float]:
        """The size of what is left of the table, by arithmetic: a month's table is long."""
        closing = 2 if self.before else 1
        return sum(self.widths), _HEADING_PT + sum(self._heights) + closing * _ROW_PT

    def split(self, _: float, height: float) -> list[Flowable]:
        """What fits with its sum, and the rest; nothing when not even one row does."""
        room, taken = height - _HEADING_PT - _ROW_PT, 0
        while taken < len(self.rows) - 1 and room >= self._heights[taken]:
            room -= self._heights[taken]
            taken += 1
        if not taken:
            return []
        sums = self._sums(self.rows[:taken])
        so_far = [a + b for a, b in zip(self.before, sums, strict=True)] if self.before else sums
        rest = SummedTable(self.columns, self.rows[taken:], before=so_far)
        return [
            _Sheet(self, self.rows[:taken], self._heights[:taken], [("Cộng trang", "Sum of this sheet", sums)]),
            rest,
        ]

    def draw(self) -> None:
        """The last sheet: its sum, if there were others, and the total."""
        sums = self._sums(self.rows)
        total = [a + b for a, b in zip(self.before, sums, strict=True)] if self.before else sums
        closing = [("Cộng trang", "Sum of this sheet", sums)] if self.before else []
        sheet = _Sheet(self, self.rows, self._heights, [*closing, ("Tổng cộng", "Total", total)])
        sheet.wrap()
        sheet.drawOn(self.canv, 0, 0)

    @property
    def widths(self) -> list[float]:
        """Of the columns, in points."""
        return [column.width_mm * mm for column in self.columns]

    def _fitting(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_broken(text, width - 5) for text, width in zip(texts, self.widths, strict=False))

    def _sums(self, rows: Sequence[SummedRow]) -> list[int]:
        amounts = len(self.columns) - len(self.rows[0].texts)
        return [sum(row.amounts[at] for row in rows) for at in range(amounts)]


class _Sheet(Flowable):
    """The part of a summed table that stands on one sheet, with its closing rows."""

    def __init__(
        self,
        of: SummedTable,
        rows: Sequence[SummedRow],
        heights: Sequence[float],
        closing: Sequence[tuple[str, str, Sequence[int]]],
    ) -> None:
        super().__init__()
        widths = of.widths
        texts = len(of.columns) - len(closing[0][2])
        cells: list[list[object]] = [[bilingual(c.vi, c.en, size=_SIZE, align="center") for c in of.columns]]
        cells += [[*row.texts, *map(_grouped, row.amounts)] for row in rows]
        ruled: list[Command] = [
            *RULED,
            ("FONT", (0, 1), (-1, -1), REGULAR, _SIZE, 9),
            ("FONT", (texts, len(rows) + 1), (-1, -1), BOLD, _SIZE, 9),
            *(("ALIGN", (at, 1), (at, -1), column.align.upper()) for at, column in enumerate(of.columns)),
        ]
        for vi, en, sums in closing:
            ruled.append(("SPAN", (0, len(cells)), (texts - 1, len(cells))))
            words = sum_name(vi, en)
            cells.append([words, *[""] * (texts - 1), *map(_grouped, sums)])
        self._table = Table(
            cells,
            colWidths=widths,
            rowHeights=[_HEADING_PT, *heights, *[_ROW_PT] * len(closing)],
            style=TableStyle(ruled),
            hAlign="LEFT",
        )

    def wrap(self, *_: float) -> tuple[float, float]:
        width, height = self._table.wrap(10_000, 10_000)
        return width, height

    def draw(self) -> None:
        self._table.drawOn(self.canv, 0, 0)


def _broken(text: str, width: float) -> str:
    """`text` in as many lines as it takes to stay within `width`."""
    rest, lines = clean(text), []
    while pdfmetrics.stringWidth(rest, REGULAR, _SIZE) > width:
        end = next(n for n in range(1, len(rest)) if pdfmetrics.stringWidth(rest[: n + 1], REGULAR, _SIZE) > width)
        lines.append(rest[:end])
        rest = rest[end:]
    return "\n".join([*lines, rest])


def _grouped(amount: int) -> str:
    return in_dong(amount).removesuffix(" đ")
