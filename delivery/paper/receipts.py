"""Biên lai and hóa đơn: the paper of one payment, on a sheet of its own. Names nobody: the item's number is on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Spacer

from delivery.paper import words
from delivery.paper.page import (
    BOLD,
    PORTRAIT_WIDTH_MM,
    REGULAR,
    Column,
    Running,
    SignatureBox,
    bilingual,
    fact,
    facts,
    grid,
    letterhead,
    line,
    sheets,
    signatures,
    title,
)
from delivery.paper.statements import TaxedPart, illustrative, rate_words


class PaperKind(StrEnum):
    """What the payer is given."""

    RECEIPT = "receipt"
    INVOICE = "invoice"
    ADJUSTMENT = "adjustment"


_TITLES = {
    PaperKind.RECEIPT: ("BIÊN LAI THU LỆ PHÍ", "Receipt for an agency's fee"),
    PaperKind.INVOICE: ("HÓA ĐƠN CƯỚC BƯU CHÍNH", "Invoice for postage"),
    PaperKind.ADJUSTMENT: ("HÓA ĐƠN ĐIỀU CHỈNH GIẢM CƯỚC", "Adjusting invoice for postage"),
}
_FOR = {
    PaperKind.RECEIPT: ("Lệ phí thu hộ cơ quan", "Fee collected for the agency"),
    PaperKind.INVOICE: ("Cước chuyển phát kết quả", "Carriage of the result"),
    PaperKind.ADJUSTMENT: ("Điều chỉnh giảm cước", "Postage given back"),
}


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One numbered paper. `method` says in words how it was paid, `adjusts` the number of the invoice it adjusts.

    `parts` holds net and VAT by rate, in đồng, below 0 on an adjusting invoice alone; `illustrative` are the books of
    the price that are nobody's tariff.
    """

    kind: PaperKind
    number: str
    issued_at: datetime
    item: str
    dossier_code: str
    agency: str
    method: str | None
    adjusts: str | None
    parts: tuple[TaxedPart, ...]
    illustrative: tuple[str, ...]

    def __post_init__(self) -> None:
        words.require_text("Receipt: its number", self.number, 80)
        words.require_number(self.item)
        words.require_instant(f"Receipt {self.number}: its issue", self.issued_at)
        if (self.kind is PaperKind.ADJUSTMENT) != (self.adjusts is not None):
            raise ValueError(f"Receipt {self.number}: an adjusting invoice names the one that it adjusts.")
        if not self.parts or (self.gross < 0) != (self.kind is PaperKind.ADJUSTMENT):
            raise ValueError(f"Receipt {self.number} is over {self.gross} đ: only an adjusting invoice goes below 0.")

    @property
    def gross(self) -> int:
        """Net and VAT together."""
        return sum(part.net + part.vat for part in self.parts)


_COLUMNS = (
    Column(vi="Nội dung", en="What", width_mm=70),
    Column(vi="Chưa thuế", en="Net", width_mm=28, align="right"),
    Column(vi="Thuế", en="Tax", width_mm=36),
    Column(vi="Tiền thuế", en="VAT", width_mm=24, align="right"),
    Column(vi="Thành tiền", en="Gross", width_mm=28, align="right"),
)


def receipts(papers: Sequence[Receipt]) -> bytes:
    """Each paper on a sheet of its own, as one PDF. Raises ValueError for none."""
    if not papers:
        raise ValueError("There is no receipt to print.")
    story: list[Flowable] = []
    for paper in papers:
        story += [*([PageBreak()] if story else []), *_sheet(paper)]
    reference = ", ".join(paper.number for paper in papers)
    return sheets(story, Running(title="Biên lai, hóa đơn", reference=reference, issuer=words.ISSUER))


def _sheet(paper: Receipt) -> list[Flowable]:
    vi, en = _TITLES[paper.kind]
    half = PORTRAIT_WIDTH_MM / 2
    return [
        letterhead(words.ISSUER, f"Số: {paper.number}", PORTRAIT_WIDTH_MM),
        *title(vi, en, words.at_moment(paper.issued_at)),
        facts(
            [
                [fact("Bưu gửi", "Item", words.spaced(paper.item)), fact("Mã hồ sơ", "Dossier", paper.dossier_code)],
                [fact("Cơ quan", "Agency", paper.agency), _how(paper)],
            ],
            [half, half],
        ),
        *illustrative(paper.illustrative),
        Spacer(0, 2 * mm),
        grid(_COLUMNS, [_row(paper, part) for part in paper.parts], least_row_mm=9),
        Spacer(0, 3 * mm),
        fact("Tổng cộng", "Total", words.in_dong(paper.gross), size=11),
        Spacer(0, 3 * mm),
        bilingual(
            "Bản in từ sổ của bưu điện, không thay hóa đơn, biên lai điện tử của hệ thống thuế.",
            "Printed from the post's books; it does not stand for the tax system's electronic invoice or receipt.",
            size=8,
            font=REGULAR,
        ),
        Spacer(0, 6 * mm),
        signatures(
            (SignatureBox(vi="NGƯỜI NỘP TIỀN", en="Payer"), SignatureBox(vi="NGƯỜI THU TIỀN", en="Taken by")),
            PORTRAIT_WIDTH_MM,
        ),
    ]


def _how(paper: Receipt) -> Flowable:
    if paper.adjusts is not None:
        return fact("Điều chỉnh hóa đơn", "Adjusts invoice", paper.adjusts)
    return fact("Cách trả", "Paid", paper.method or words.BLANK)


def _row(paper: Receipt, part: TaxedPart) -> list[Flowable]:
    vi, en = _FOR[paper.kind]
    rate_vi, rate_en = rate_words(part.rate)
    return [
        bilingual(vi, en, size=8.5),
        line(words.in_dong(part.net), align="right"),
        bilingual(rate_vi, rate_en, size=8, font=REGULAR),
        line(words.in_dong(part.vat), align="right"),
        line(words.in_dong(part.net + part.vat), font=BOLD, align="right"),
    ]
