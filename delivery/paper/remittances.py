"""Bảng kê chuyển trả lệ phí: the fees collected for an agency that one transfer pays over to it. Names nobody."""

from dataclasses import dataclass
from datetime import date, datetime

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
class RemittanceRow:
    """One fee: the item, Vietnam's day on which it was taken, the receipt that the payer has, whole đồng."""

    number: str
    dossier_code: str
    day: date
    receipt: str
    amount: int

    def __post_init__(self) -> None:
        words.require_number(self.number)
        words.require_text(f"Remittance: the dossier code of {self.number}", self.dossier_code, 60)
        words.require_text(f"Remittance: the receipt of {self.number}", self.receipt, 80)
        if self.amount <= 0:
            raise ValueError(f"Remittance: the fee of {self.number} is {self.amount} đ.")


@dataclass(frozen=True, kw_only=True)
class Paid:
    """The transfer: when it was recorded (an instant with a zone), and the bank's name for it."""

    at: datetime
    bank_reference: str

    def __post_init__(self) -> None:
        words.require_instant("Remittance: its transfer", self.at)
        words.require_text("Remittance: the bank's reference", self.bank_reference, 80)


@dataclass(frozen=True, kw_only=True)
class Remittance:
    """A list of fees taken up to the day `through`. `paid` is None before the transfer."""

    number: str
    agency: str
    through: date
    drawn_at: datetime
    paid: Paid | None
    cancelled: bool
    rows: tuple[RemittanceRow, ...]

    def __post_init__(self) -> None:
        words.require_text("Remittance: its number", self.number, 80)
        words.require_text("Remittance: the agency", self.agency, 240)
        words.require_instant(f"Remittance {self.number}: its drawing", self.drawn_at)
        if not self.rows:
            raise ValueError(f"Remittance {self.number} has no line.")
        if self.cancelled and self.paid is not None:
            raise ValueError(f"Remittance {self.number} cannot be both paid and cancelled.")
        words.require_different(f"Remittance {self.number}", [row.receipt for row in self.rows])

    @property
    def amount(self) -> int:
        """The sum to transfer."""
        return sum(row.amount for row in self.rows)


_COLUMNS = (
    Column(vi="TT", en="No.", width_mm=12, align="center"),
    Column(vi="Số hiệu bưu gửi", en="Item number", width_mm=32),
    Column(vi="Mã hồ sơ", en="Dossier code", width_mm=48),
    Column(vi="Ngày thu", en="Taken on", width_mm=20, align="center"),
    Column(vi="Số biên lai", en="Receipt", width_mm=46),
    Column(vi="Lệ phí", en="Fee", width_mm=28, align="right"),
)


def remittance(listed: Remittance) -> bytes:
    """The list as a PDF on A4: each fee, each sheet's sum, the total, the transfer, signatures."""
    story: list[Flowable] = [
        letterhead(words.ISSUER, f"Số: {listed.number}", PORTRAIT_WIDTH_MM),
        *title("BẢNG KÊ CHUYỂN TRẢ LỆ PHÍ", "Remittance of fees", f"Thu đến hết ngày {words.on_day(listed.through)}"),
        _head(listed),
        *_given_up(listed),
        Spacer(0, 2 * mm),
        SummedTable(
            _COLUMNS,
            [
                SummedRow(
                    texts=(str(position), row.number, row.dossier_code, words.on_day(row.day), row.receipt),
                    amounts=(row.amount,),
                )
                for position, row in enumerate(listed.rows, start=1)
            ],
        ),
        Spacer(0, 3 * mm),
        KeepTogether(
            [
                fact("Chuyển trả cơ quan", "Remitted to the agency", words.in_dong(listed.amount), size=10),
                Spacer(0, 2 * mm),
                bilingual(
                    "Lệ phí là tiền của cơ quan, bưu điện thu hộ và chuyển trả đủ, không trừ khoản nào.",
                    "Fees are the agency's money: the post collects them and remits them whole.",
                    size=8.5,
                    font=REGULAR,
                ),
                Spacer(0, 4 * mm),
                _signed(),
            ]
        ),
    ]
    return sheets(story, Running(title="Chuyển trả lệ phí", reference=listed.number, issuer=words.ISSUER))


def _head(listed: Remittance) -> Flowable:
    half = PORTRAIT_WIDTH_MM / 2
    transfer = "chưa chuyển" if listed.paid is None else words.at_moment(listed.paid.at)
    reference = words.BLANK if listed.paid is None else listed.paid.bank_reference
    return facts(
        [
            [fact("Cơ quan", "Agency", listed.agency), fact("Lập lúc", "Drawn at", words.at_moment(listed.drawn_at))],
            [fact("Số khoản", "Fees", str(len(listed.rows))), fact("Ghi nhận chuyển", "Transfer recorded", transfer)],
            [
                fact("Tổng số tiền", "Total", words.in_dong(listed.amount)),
                fact("Mã giao dịch", "Bank's reference", reference),
            ],
        ],
        [half, half],
    )


def _given_up(listed: Remittance) -> list[Flowable]:
    if not listed.cancelled:
        return []
    return [
        Spacer(0, 2 * mm),
        bilingual(
            "ĐÃ HỦY: không chuyển tiền theo bảng kê này.",
            "CANCELLED: nothing is transferred for this list.",
            size=10,
            align="center",
        ),
    ]


def _signed() -> Flowable:
    return signatures(
        (
            SignatureBox(vi="NGƯỜI LẬP BẢNG KÊ", en="Drawn by"),
            SignatureBox(vi="NGƯỜI CHUYỂN TIỀN", en="Transferred by"),
            SignatureBox(vi="ĐẠI DIỆN CƠ QUAN", en="For the agency"),
        ),
        PORTRAIT_WIDTH_MM,
    )
