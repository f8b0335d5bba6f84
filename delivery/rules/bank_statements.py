"""A bank's statement as CSV: read into notices, row by row. What cannot be read is named by its line; the rest goes on.

Banks differ in all but the idea: headings in Vietnamese, English or both, lines of their own above the headings and
totals below, separators `,` `;` or tab, and amounts with dots or commas.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Final

from delivery.errors import Invalid
from delivery.rules.calendar import vietnam_instant
from delivery.rules.texts import plain
from delivery.rules.transfers import LARGEST, LONGEST_CONTENT, LONGEST_REFERENCE, Notice

MOST_ROWS: Final = 50_000

# A heading without diacritics and capitals, as banks write it; one of both languages is taken apart first.
_HEADINGS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "day": frozenset(
            {"ngay giao dich", "ngay", "ngay hach toan", "ngay hieu luc", "thoi gian giao dich", "thoi gian"}
            | {"transaction date", "date", "posting date", "value date", "transaction time", "tnx date"}
        ),
        "reference": frozenset(
            {"so tham chieu", "ma tham chieu", "so giao dich", "ma giao dich", "so but toan", "so ct", "so chung tu"}
            | {"reference", "reference no", "reference number", "ref no", "transaction id", "transaction no", "doc no"}
        ),
        "credit": frozenset(
            {"ghi co", "so tien ghi co", "phat sinh co", "co", "tien vao"}
            | {"credit", "credit amount", "amount credited", "money in"}
        ),
        "content": frozenset(
            {"noi dung", "noi dung giao dich", "noi dung chi tiet", "dien giai", "mo ta"}
            | {"description", "details", "transaction details", "remark", "remarks", "narrative"}
        ),
    }
)
_PREAMBLE: Final = 40
_TOTALS: Final = ("tong", "cong phat sinh", "total", "so du", "balance", "closing", "opening")
_AMOUNT: Final = re.compile(r"\+?([0-9]{1,3}(?:([.,])[0-9]{3})(?:\2[0-9]{3})*|[0-9]+)(?:[.,]0{1,2})?")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_HOUR: Final = re.compile(r"(?<![0-9:])([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?![0-9])")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A row that was left aside: its line in the file (from 1), and why. Nothing of what it says is repeated."""

    line: int
    vi: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """A credit, and the line of the file that it begins at."""

    line: int
    notice: Notice


@dataclass(frozen=True, kw_only=True)
class BankStatement:
    """What a file says: its credits, the rows left aside, and how many were no credits (debits, totals)."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    others: int


class _Unreadable(Exception):
    """A row's fault, in words."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


def read_statement(file: bytes) -> BankStatement:
    """Read a CSV in UTF-8 (or UTF-16 with its mark). A day without an hour is that day's beginning in Viet Nam.

    Raises Invalid: `statement-encoding`, `statement-columns` or `statement-too-long`.
    """
    text = _decoded(file)
    for separator in ",;\t":
        table = list(_table(text, separator))
        for place, (_line, cells) in enumerate(table[:_PREAMBLE]):
            columns = _columns(cells)
            if columns is not None:
                return _read(table[place + 1 :], columns)
    raise Invalid(
        "statement-columns",
        vi="Không tìm thấy dòng tiêu đề có đủ bốn cột: Ngày giao dịch, Số tham chiếu, Ghi có, Nội dung. "
        "Hãy xuất lại sao kê dạng CSV từ ngân hàng.",
        en="No line has all four headings: Transaction date, Reference, Credit, Description. "
        "Export the statement as CSV from the bank again.",
        pointer="/file",
    )


def _decoded(file: bytes) -> str:
    encoding = "utf-16" if file[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return file.decode(encoding)
    except UnicodeDecodeError:
        raise Invalid(
            "statement-encoding",
            vi="Tệp không ở bảng mã UTF-8. Mở bằng bảng tính rồi lưu lại dạng “CSV UTF-8”.",
            en="The file is not in UTF-8. Open it in a spreadsheet and save it as “CSV UTF-8”.",
            pointer="/file",
        ) from None


def _table(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with the line it begins at."""
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=separator)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        # A cell longer than any text: this separator is not the file's, or its rest is no table.
        return


def _columns(cells: Sequence[str]) -> Mapping[str, int] | None:
    """Where each column stands, the first that bears its name; None when one is missing."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        parts = {_folded(part) for part in re.split(r"[/()\n|]", cell)} | {_folded(cell)}
        for name, words in _HEADINGS.items():
            if name not in found and parts & words:
                found[name] = place
                break
    return found if len(found) == len(_HEADINGS) else None


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain(text).lower()).split())


def _read(table: Sequence[tuple[int, list[str]]], columns: Mapping[str, int]) -> BankStatement:
    if len(table) > MOST_ROWS:
        raise Invalid(
            "statement-too-long",
            vi=f"Tệp có {len(table)} dòng, nhiều nhất là {MOST_ROWS}: hãy chia theo ngày.",
            en=f"The file has {len(table)} rows, at most {MOST_ROWS} are read: part it by days.",
            pointer="/file",
        )
    rows: list[Row] = []
    faults: list[Fault] = []
    others = 0
    for line, cells in table:
        try:
            notice = _notice(cells, columns)
        except _Unreadable as fault:
            faults.append(Fault(line=line, vi=fault.vi, en=fault.en))
            continue
        if notice is None:
            others += 1
        else:
            rows.append(Row(line=line, notice=notice))
    return BankStatement(rows=tuple(rows), faults=tuple(faults), others=others)


def _notice(cells: Sequence[str], columns: Mapping[str, int]) -> Notice | None:
    """The row's credit; None for a debit, a total or the headings printed again."""
    told = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
    if _columns(cells) is not None or _is_total(cells, told):
        return None
    amount = _amount(told["credit"])
    if amount is None:
        return None
    reference = " ".join(told["reference"].split())
    if not reference or len(reference) > LONGEST_REFERENCE or not (reference.isascii() and reference.isprintable()):
        raise _Unreadable("thiếu số tham chiếu, hoặc số tham chiếu sai.", "its reference is missing or wrong.")
    if len(told["content"]) > LONGEST_CONTENT:
        raise _Unreadable(
            f"nội dung dài hơn {LONGEST_CONTENT} ký tự.", f"its content is longer than {LONGEST_CONTENT} characters."
        )
    return Notice(bank_reference=reference, amount=amount, content=told["content"], paid_at=_instant(told["day"]))


def _is_total(cells: Sequence[str], told: Mapping[str, str]) -> bool:
    first = _folded(next(cell for cell in cells if cell.strip()))
    return not told["reference"] and first.startswith(_TOTALS)


def _amount(text: str) -> int | None:
    """Whole đồng; None where nothing was credited. `1.234.567`, `1,234,567.00` and `1234567 VND` are read alike."""
    bare = re.sub(r"\s|VND|VNĐ|đồng|đ|₫", "", text, flags=re.IGNORECASE)
    if bare in ("", "-"):
        return None
    form = _AMOUNT.fullmatch(bare)
    if form is None:
        raise _Unreadable("số tiền ghi có không đọc được.", "its credit cannot be read.")
    amount = int(re.sub(r"[.,]", "", form[1]))
    if amount > LARGEST:
        raise _Unreadable("số tiền ghi có quá lớn.", "its credit is too large.")
    return amount or None


def _instant(text: str) -> datetime:
    day_first, year_first, hour = _DAY_FIRST.search(text), _YEAR_FIRST.search(text), _HOUR.search(text)
    try:
        if day_first is not None:
            day = date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
        elif year_first is not None:
            day = date(int(year_first[1]), int(year_first[2]), int(year_first[3]))
        else:
            raise ValueError
        at = time() if hour is None else time(int(hour[1]), int(hour[2]), int(hour[3] or 0))
    except ValueError:
        raise _Unreadable(
            "ngày giao dịch không đọc được: cần dạng 30/11/2026.", "its day cannot be read: expected 30/11/2026."
        ) from None
    return vietnam_instant(day, at)
