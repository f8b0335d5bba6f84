"""A tariff book as an Excel workbook that a clerk can edit, and a workbook as a book's text again.

`write` lays a text out: a sheet for what holds for the whole book, a price grid for each service, the charges, the
waivers, the sources, the regions and the zones between them. `read` gives the text back, taken only when the shelf
takes it. A mistake is named by sheet and cell ("Cước trả kết quả!D7"), whoever found it.
"""

import io
import tomllib
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Final, NoReturn

import tomli_w
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tariffs import shelf
from tariffs.layout import (
    BOOK_CELLS,
    FIRST_ROW,
    FURTHER,
    GRIDS,
    LISTS,
    STEP,
    Column,
    Document,
    Grid,
    Holds,
    Listed,
    Path,
    Row,
)
from tariffs.text import BookRefused

LARGEST_FILE: Final = 1_000_000
"""Bytes of a workbook; one of ours has about 20,000."""
LARGEST_UNPACKED: Final = 20_000_000
MOST_ROWS: Final = 1_000
MOST_COLUMNS: Final = 60

_DAYS = ("%d/%m/%Y", "%Y-%m-%d")
_HEAD = PatternFill("solid", fgColor="DCE6F2")
_INPUT = PatternFill("solid", fgColor="FFFBE6")
_THIN = Side(style="thin", color="B0B7C3")
_FRAME = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def write(text: str) -> bytes:
    """The workbook of a book's text, which the shelf has taken. Yellow cells are for editing."""
    document: Document = tomllib.loads(text)
    book = Workbook()
    book.remove(book.worksheets[0])
    _write_general(book.create_sheet("Chung"), document)
    for grid in GRIDS:
        _write_grid(book.create_sheet(grid.sheet), grid, _at(document, grid.path))
    for rows in LISTS:
        _write_list(book.create_sheet(rows.sheet), rows.columns, rows.out_of(document), rows.hint)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def read(packed: bytes, *, place: str) -> str:
    """The text of the book that a workbook holds. `place` is what the reader calls the file.

    Raises BookRefused for what is no workbook of ours, and at the first mistake of the book, named by its cell.
    """
    book = _opened(packed, place)
    reading = _Reading(place)
    for sheet in ["Chung", *(grid.sheet for grid in GRIDS), *(rows.sheet for rows in LISTS)]:
        if sheet not in book.sheetnames:
            reading.refuse(sheet, "is missing from this workbook.", "còn thiếu trong tệp này.")
    reading.general(book["Chung"])
    for grid in GRIDS:
        reading.grid(book[grid.sheet], grid)
    for rows in LISTS:
        reading.listed(book[rows.sheet], rows)
    text = tomli_w.dumps(reading.document)
    try:
        shelf.read(text, place=place)
    except BookRefused as refused:
        raise reading.in_cells(refused) from refused
    return text


class _Reading:
    """Gathers a document from cells, and remembers which cell each value came from."""

    def __init__(self, place: str) -> None:
        self.document: Document = {
            name: {} for name in ("title", "sources", "rounding", "vat", "regions", "legal_maximum", "services")
        }
        self._place = place
        self._cells: dict[str, str] = {}

    def refuse(self, where: str, en: str, vi: str) -> NoReturn:
        raise BookRefused(f"{self._place}: {where}", en, vi=vi)

    def in_cells(self, refused: BookRefused) -> BookRefused:
        """The shelf's refusal, its path replaced by the nearest cell that is known for it."""
        path = refused.place.removeprefix(f"{self._place}: ")
        reason_vi = refused.vi.removeprefix(f"{refused.place}: ")
        nearest = path
        while nearest and nearest not in self._cells:
            nearest = nearest.rpartition(".")[0]
        where = self._cells.get(nearest, path)
        return BookRefused(f"{self._place}: {where}", refused.reason, vi=reason_vi)

    def general(self, sheet: Worksheet) -> None:
        for at, one in enumerate(BOOK_CELLS, 2):
            self._single(sheet, at, one, ())

    def grid(self, sheet: Worksheet, grid: Grid) -> None:
        for at, one in enumerate(grid.head, 2):
            self._single(sheet, at, one, grid.path)
        steps: list[Document] = []
        where = ".".join(grid.path)
        self._cells[f"{where}.steps"] = self._cells[f"{where}.further"] = f"{sheet.title}!A{grid.first_row}"
        for at, cells in self._rows(sheet, grid.columns, grid.first_row):
            kind = self._value(cells[0], grid.columns[0])
            into = f"{where}.further" if kind == FURTHER else f"{where}.steps[{len(steps)}]"
            row: Document = {}
            for column, cell in zip(grid.columns[1:], cells[1:], strict=True):
                path, value = grid.path_in(kind, column), self._value(cell, column)
                self._cells[f"{into}.{'.'.join(path)}"] = _named(cell)
                if value is not None:
                    _put(row, path, value)
            self._cells[into] = _named(cells[0])
            if kind != FURTHER:
                steps.append(row)
            elif _at(self.document, (*grid.path, "further")) is None:
                _put(self.document, (*grid.path, "further"), row)
            else:
                self.refuse(f"{sheet.title}!A{at}", "repeats the further steps.", "lặp lại dòng nấc tiếp theo.")
        _put(self.document, (*grid.path, "steps"), steps)

    def listed(self, sheet: Worksheet, rows: Listed) -> None:
        for place in rows.places:
            self._cells.setdefault(place, sheet.title)
        found: list[Row] = []
        for at, cells in self._rows(sheet, rows.columns, FIRST_ROW):
            row = {column.key: self._value(cell, column) for column, cell in zip(rows.columns, cells, strict=True)}
            for column, cell in zip(rows.columns, cells, strict=True):
                for path in rows.paths(row, column.key):
                    self._cells[".".join(path)] = _named(cell)
            if clash := rows.clash(row, found):
                self.refuse(f"{sheet.title}!A{at}", clash.en, clash.vi)
            found.append(row)
        for path, value in rows.into(found):
            _put(self.document, path, value)

    def _single(self, sheet: Worksheet, at: int, column: Column, inside: Path) -> None:
        """The cell beside its heading."""
        self._expect(sheet, at, 1, column.title)
        path, cell = (*inside, *column.path), _cell(sheet, at, 2)
        self._cells[".".join(path)] = _named(cell)
        value = self._value(cell, column)
        if value is not None:
            _put(self.document, path, value)

    def _rows(self, sheet: Worksheet, columns: tuple[Column, ...], first: int) -> Iterable[tuple[int, list[Cell]]]:
        """The rows that hold anything; the header above them must be ours."""
        for number, column in enumerate(columns, 1):
            self._expect(sheet, first - 1, number, column.title)
        for at in range(first, sheet.max_row + 1):
            cells = [_cell(sheet, at, number) for number in range(1, len(columns) + 1)]
            if any(cell.value not in (None, "") for cell in cells):
                yield at, cells

    def _expect(self, sheet: Worksheet, row: int, column: int, title: str) -> None:
        cell = sheet.cell(row, column)
        if str(cell.value or "").strip() != title:
            self.refuse(
                f"{sheet.title}!{cell.coordinate}",
                f"must be “{title}”: keep the headings as they were.",
                f"phải là “{title}”: hãy giữ nguyên các tiêu đề.",
            )

    def _value(self, cell: Cell, column: Column) -> object:
        """What a cell holds, as the book's text wants it; None when it is empty."""
        value, where = cell.value, _named(cell)
        if cell.data_type in ("f", "e"):
            self.refuse(where, "is a formula: write the value itself.", "là công thức: hãy ghi thẳng giá trị.")
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            return None
        if isinstance(value, float):
            self.refuse(
                where,
                f"{value} has a decimal point: whole numbers, and percentages as text such as 0.8.",
                f"{value} có phần thập phân: chỉ nhận số nguyên; tỷ lệ phần trăm ghi dạng chữ, ví dụ 0,8.",
            )
        return self._of_kind(value, where, column)

    def _of_kind(self, value: object, where: str, column: Column) -> object:
        words = column.choices
        if column.holds is Holds.WHOLE:
            if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
                return int(value)
            if not isinstance(value, int) or isinstance(value, bool):
                self.refuse(where, "must be a whole number.", "phải là số nguyên.")
            return value
        if column.holds is Holds.DAY:
            return self._day(value, where)
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.refuse(where, "must be text.", "phải là chữ.")
        text = str(value)
        if column.holds is Holds.PERCENT:
            return words.get(text.casefold(), text.replace(",", "."))
        if words:
            folded = text.casefold()
            if folded not in words:
                known = ", ".join(column.shown.values())
                self.refuse(where, f"“{text}” is unknown; known are {known}.", f"không biết “{text}”; chỉ có {known}.")
            return words[folded]
        return text

    def _day(self, value: object, where: str) -> date:
        if isinstance(value, datetime) and value.time() == datetime.min.time():
            return value.date()
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        for form in _DAYS:
            with suppress(ValueError):
                return datetime.strptime(str(value), form).date()  # noqa: DTZ007 - a day has no zone
        return self.refuse(where, "must be a day such as 01/07/2025.", "phải là ngày, ví dụ 01/07/2025.")


def _opened(packed: bytes, place: str) -> Workbook:
    if len(packed) > LARGEST_FILE:
        raise _no_workbook(place, "is larger than 1 MB", "lớn hơn 1 MB")
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
            if unpacked > LARGEST_UNPACKED:
                raise _no_workbook(place, "unpacks to more than 20 MB", "giải nén ra hơn 20 MB")
        book = load_workbook(io.BytesIO(packed), rich_text=False)
    except BookRefused:
        raise
    except Exception as error:
        # Whatever the packer, the XML or openpyxl stumbles over, the clerk's answer is the same.
        raise _no_workbook(place, "is no Excel workbook (.xlsx)", "không phải tệp Excel (.xlsx)") from error
    for sheet in book.worksheets:
        if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
            raise _no_workbook(
                f"{place}: {sheet.title}",
                f"has cells beyond row {MOST_ROWS} or column {MOST_COLUMNS}",
                f"có ô ngoài dòng {MOST_ROWS} hoặc cột {MOST_COLUMNS}",
            )
    return book


def _no_workbook(place: str, en: str, vi: str) -> BookRefused:
    return BookRefused(
        place,
        f"{en}: download a book as Excel, edit it and send it back.",
        vi=f"{vi}: hãy tải một biểu cước dạng Excel, sửa rồi gửi lại.",
    )


def _write_general(sheet: Worksheet, document: Document) -> None:
    _title(sheet, "Biểu cước: sửa các ô màu vàng, giữ nguyên các tiêu đề")
    for at, one in enumerate(BOOK_CELLS, 2):
        _heading(sheet, at, 1, one.title)
        _input(sheet, at, 2, one, _at(document, one.path))
        _offer(sheet, one, f"B{at}")
    _widths(sheet, [34, 60])


def _write_grid(sheet: Worksheet, grid: Grid, service: object) -> None:
    _title(sheet, f"{grid.title}: đồng, chưa gồm thuế GTGT; mỗi dòng một nấc khối lượng")
    for at, one in enumerate(grid.head, 2):
        _heading(sheet, at, 1, one.title)
        _input(sheet, at, 2, one, _at(service, one.path))
    steps, further = _at(service, ("steps",)), _at(service, ("further",))
    assert isinstance(steps, list)
    _headings(sheet, grid.columns, grid.first_row - 1)
    for at, (kind, row) in enumerate([*((STEP, step) for step in steps), (FURTHER, further)], grid.first_row):
        for number, column in enumerate(grid.columns, 1):
            value = kind if number == 1 else _at(row, grid.path_in(kind, column))
            _input(sheet, at, number, column, value)
    _choices(sheet, grid.columns, grid.first_row)
    _widths(sheet, [column.width for column in grid.columns])
    sheet.freeze_panes = f"D{grid.first_row}"


def _write_list(sheet: Worksheet, columns: tuple[Column, ...], rows: Iterable[Row], hint: str) -> None:
    _title(sheet, hint)
    _headings(sheet, columns, FIRST_ROW - 1)
    for at, row in enumerate(rows, FIRST_ROW):
        for number, column in enumerate(columns, 1):
            _input(sheet, at, number, column, row.get(column.key))
    _choices(sheet, columns, FIRST_ROW)
    _widths(sheet, [column.width for column in columns])
    sheet.freeze_panes = f"B{FIRST_ROW}"


def _title(sheet: Worksheet, words: str) -> None:
    cell = _cell(sheet, 1, 1)
    cell.value = words
    cell.font = Font(bold=True, size=13)
    sheet.row_dimensions[1].height = 24


def _headings(sheet: Worksheet, columns: tuple[Column, ...], at: int) -> None:
    for number, column in enumerate(columns, 1):
        _heading(sheet, at, number, column.title)
    sheet.row_dimensions[at].height = 48


def _heading(sheet: Worksheet, row: int, column: int, words: str) -> None:
    cell = _cell(sheet, row, column)
    cell.value = words
    cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _FRAME
    cell.alignment = Alignment(wrap_text=True, vertical="center")


def _input(sheet: Worksheet, row: int, number: int, column: Column, value: object) -> None:
    cell = _cell(sheet, row, number)
    shown = column.shown.get(value, value) if isinstance(value, str | bool) else value
    if isinstance(shown, str) and column.holds is Holds.PERCENT:
        shown = shown.replace(".", ",")
    if shown is not None:
        cell.value = shown  # type: ignore[assignment]
    if isinstance(shown, str):
        # A text that begins with "=" is still a text.
        cell.data_type = "s"
    cell.fill, cell.border = _INPUT, _FRAME
    cell.number_format = column.number_format
    cell.alignment = Alignment(wrap_text=column.width >= 30, vertical="top")


def _choices(sheet: Worksheet, columns: tuple[Column, ...], first: int) -> None:
    """Offer the words that a column knows, also for rows that are added."""
    for number, column in enumerate(columns, 1):
        letter = get_column_letter(number)
        _offer(sheet, column, f"{letter}{first}:{letter}{first + 60}")


def _offer(sheet: Worksheet, column: Column, cells: str) -> None:
    if column.shown and column.holds is not Holds.PERCENT:
        words = ",".join(column.shown.values())
        offered = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
        offered.add(cells)
        sheet.add_data_validation(offered)


def _widths(sheet: Worksheet, widths: list[int]) -> None:
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise BookRefused(f"{sheet.title}!{cell.coordinate}", "is a merged cell.", vi="là ô gộp: hãy bỏ gộp ô.")
    return cell


def _named(cell: Cell) -> str:
    return f"{cell.parent.title}!{cell.coordinate}"


def _at(values: object, path: Path) -> object:
    """The value at a path, None when nothing is there."""
    for key in path:
        values = values.get(key) if isinstance(values, dict) else None
    return values


def _put(document: Document, path: Path, value: object) -> None:
    """Lay a value at a path, making the tables on the way."""
    *folders, last = path
    for folder in folders:
        inner = document.setdefault(folder, {})
        assert isinstance(inner, dict)
        document = inner
    document[last] = value
