"""Bảng kê cước: the postage that an agency owes for a month, item by item. Names nobody."""

from dataclasses import dataclass
from datetime import date

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from delivery.paper import words
from delivery.paper.page import (
    PORTRAIT_WIDTH_MM,
    REGULAR,
    Column,
    Running,
    SignatureBox,
    bilingual,
    fact,
    facts,
    letterhead,
    sheets,
    signatures,
    title,
)
from delivery.paper.summed import SummedRow, SummedTable


@dataclass(frozen=True, kw_only=True)
class StatementRow:
    """One price or one correction: the item, Vietnam's day, what it is in words, whole đồng (below 0: given back)."""

    number: str
    dossier_code: str
    day: date
    what: str
    net: int
    vat: int
    gross: int

    def __post_init__(self) -> None:
        words.require_number(self.number)
        words.require_text(f"Statement: the dossier code of {self.number}", self.dossier_code, 60)
        words.require_text(f"Statement: what is charged for {self.number}", self.what, 60)
        if self.net + self.vat != self.gross:
            raise ValueError(f"Statement: net {self.net} and VAT {self.vat} of {self.number} do not make {self.gross}.")


@dataclass(frozen=True, kw_only=True)
class TaxedPart:
    """What is charged at one VAT rate; `rate` is a percentage or "not_subject"."""

    rate: str
    net: int
    vat: int


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A month's statement. `books` are those it was priced by, `illustrative` the ones that are nobody's tariff."""

    number: str
    agency: str
    month: date
    drawn_on: date
    invoice: str
    paid_on: date | None
    books: tuple[str, ...]
    illustrative: tuple[str, ...]
    parts: tuple[TaxedPart, ...]
    rows: tuple[StatementRow, ...]

    def __post_init__(self) -> None:
        words.require_text("Statement: its number", self.number, 80)
        words.require_text("Statement: the agency", self.agency, 240)
        if not self.rows:
            raise ValueError(f"Statement {self.number} has no line.")
        for what in ("net", "vat"):
            of_rows = sum(getattr(row, what) for row in self.rows)
            of_parts = sum(getattr(part, what) for part in self.parts)
            if of_rows != of_parts:
                raise ValueError(f"Statement {self.number}: {what} of its lines is {of_rows}, by rate {of_parts}.")

    @property
    def gross(self) -> int:
        """What the agency pays."""
        return sum(row.gross for row in self.rows)


_COLUMNS = (
    Column(vi="TT", en="No.", width_mm=11, align="center"),
    Column(vi="Số hiệu bưu gửi", en="Item number", width_mm=29),
    Column(vi="Mã hồ sơ", en="Dossier code", width_mm=41),
    Column(vi="Ngày", en="Day", width_mm=18, align="center"),
    Column(vi="Nội dung", en="What", width_mm=27),
    Column(vi="Chưa thuế", en="Net", width_mm=20, align="right"),
    Column(vi="Thuế GTGT", en="VAT", width_mm=18, align="right"),
    Column(vi="Thành tiền", en="Gross", width_mm=22, align="right"),
)


def statement(billed: Statement) -> bytes:
    """The statement as a PDF on A4: each line, each sheet's sum, the total by VAT rate, how to pay, signatures."""
    month = f"{billed.month:%m/%Y}"
    story: list[Flowable] = [
        letterhead(words.ISSUER, f"Số: {billed.number}", PORTRAIT_WIDTH_MM),
        *title("BẢNG KÊ CƯỚC BƯU CHÍNH", "Statement of postage", f"Tháng {month}"),
        _head(billed),
        *illustrative(billed.illustrative),
        Spacer(0, 2 * mm),
        SummedTable(_COLUMNS, [_row(position, row) for position, row in enumerate(billed.rows, start=1)]),
        Spacer(0, 3 * mm),
        KeepTogether([_closing(billed), Spacer(0, 4 * mm), _signed()]),
    ]
    return sheets(story, Running(title="Bảng kê cước", reference=billed.number, issuer=words.ISSUER))


def illustrative(books: tuple[str, ...]) -> list[Flowable]:
    """The sentence that no paper priced by an illustrative book goes without."""
    if not books:
        return []
    named = ", ".join(books)
    return [
        Spacer(0, 2 * mm),
        bilingual(
            f"Tính theo biểu cước MINH HỌA {named}: đây không phải giá cước chính thức của ai.",
            f"Priced by the ILLUSTRATIVE tariff book {named}: it is nobody's official tariff.",
            size=8.5,
        ),
    ]


def rate_words(rate: str) -> tuple[str, str]:
    """A VAT rate in Vietnamese and in English."""
    if rate == "not_subject":
        return "Không chịu thuế GTGT", "not subject to VAT"
    return f"Thuế suất {rate.replace('.', ',')} %", f"VAT {rate} %"


def _head(billed: Statement) -> Flowable:
    half = PORTRAIT_WIDTH_MM / 2
    state = "chưa thanh toán" if billed.paid_on is None else f"đã thanh toán {words.on_day(billed.paid_on)}"
    return facts(
        [
            [
                fact("Cơ quan", "Agency", billed.agency),
                fact("Số hóa đơn", "Invoice", billed.invoice),
            ],
            [
                fact("Ngày lập", "Drawn on", words.on_day(billed.drawn_on)),
                fact("Tình trạng", "State", state),
            ],
            [
                fact("Số dòng", "Lines", str(len(billed.rows))),
                fact("Biểu cước", "Tariff", ", ".join(billed.books)),
            ],
        ],
        [half, half],
    )


def _row(position: int, row: StatementRow) -> SummedRow:
    return SummedRow(
        texts=(str(position), row.number, row.dossier_code, words.on_day(row.day), row.what),
        amounts=(row.net, row.vat, row.gross),
    )


def _closing(billed: Statement) -> Flowable:
    cells: list[list[Flowable]] = []
    for part in billed.parts:
        vi, en = rate_words(part.rate)
        taxed = f"{words.in_dong(part.net)} + {words.in_dong(part.vat)} = {words.in_dong(part.net + part.vat)}"
        cells.append([fact(vi, en, taxed)])
    cells.append([fact("Cơ quan phải trả", "To be paid by the agency", words.in_dong(billed.gross), size=10)])
    cells.append(
        [
            bilingual(
                f"Khi chuyển khoản, ghi nội dung: {billed.number}. Khiếu nại về giá cước trong một tháng.",
                f"When transferring, write: {billed.number}. Complaints about the price within one month.",
                size=8.5,
                font=REGULAR,
            )
        ]
    )
    return facts(cells, [PORTRAIT_WIDTH_MM])


def _signed() -> Flowable:
    return signatures(
        (
            SignatureBox(vi="ĐẠI DIỆN BƯU ĐIỆN", en="For the post"),
            SignatureBox(vi="ĐẠI DIỆN CƠ QUAN", en="For the agency"),
        ),
        PORTRAIT_WIDTH_MM,
    )
