"""Why an item could not be delivered and went back: the sheet that the agency files with the dossier.

Postal Law 2010 art. 17(1) lists what makes an item undeliverable; the delivery
policy's conditions are shown here, each with the day on which it held. The
sheet names no addressee: the agency knows the dossier.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

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

_SHEET_HEIGHT = A4[1] - 34 * mm
# Text of 8 points shrunk below the last of these can no longer be read: a longer history takes more sheets.
_SCALES = (1.0, 0.92, 0.84, 0.77, 0.7)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition of the policy, in words, and Vietnam's day on which it was met."""

    words: str
    day: date

    def __post_init__(self) -> None:
        words.require_text("Return proof: a condition", self.words, 300)


@dataclass(frozen=True, kw_only=True)
class ProofAttempt:
    """One attempt: the instant, what was tried and why it failed in words, whether the policy counts it."""

    when: datetime
    kind: str
    reason: str
    counts: bool

    def __post_init__(self) -> None:
        words.require_instant("Return proof: an attempt", self.when)
        words.require_text("Return proof: the kind of an attempt", self.kind, 80)
        words.require_text("Return proof: the reason of an attempt", self.reason, 240)


@dataclass(frozen=True, kw_only=True)
class ProofInvitation:
    """One invitation: Vietnam's day, the channel in words, the channel's own proof (a receipt number, "delivered")."""

    day: date
    channel: str
    proof: str

    def __post_init__(self) -> None:
        words.require_text("Return proof: the channel of an invitation", self.channel, 80)
        words.require_text("Return proof: the proof of an invitation", self.proof, 160)


@dataclass(frozen=True, kw_only=True)
class ReturnReceipt:
    """The agency's word that it has the item again: who took it, when, and on which return manifest."""

    received_by: str
    received_at: datetime
    manifest_number: str

    def __post_init__(self) -> None:
        words.require_text("Return proof: who received the item", self.received_by, 160)
        words.require_instant("Return proof: the receipt", self.received_at)
        words.require_text("Return proof: the return manifest", self.manifest_number, 60)


@dataclass(frozen=True, kw_only=True)
class ReturnProof:
    """Everything the sheet shows. `office` issues it on `issued_on`; `receipt` is None while the item travels back."""

    item_number: str
    agency: str
    dossier_code: str
    office: str
    issued_on: date
    conditions: tuple[Condition, ...]
    attempts: tuple[ProofAttempt, ...]
    invitations: tuple[ProofInvitation, ...]
    receipt: ReturnReceipt | None

    def __post_init__(self) -> None:
        words.require_number(self.item_number)
        words.require_text("Return proof: the agency", self.agency, 240)
        words.require_text("Return proof: the dossier code", self.dossier_code, 60)
        words.require_text("Return proof: the office", self.office, 160)
        if not self.conditions:
            raise ValueError(f"Return proof of {self.item_number}: no condition holds, so it must not go back.")


_CONDITION_COLUMNS = (
    Column(vi="Điều kiện", en="Condition", width_mm=151),
    Column(vi="Ngày", en="Day", width_mm=35, align="center"),
)
_ATTEMPT_COLUMNS = (
    Column(vi="Lúc", en="When", width_mm=35, align="center"),
    Column(vi="Hình thức", en="Kind", width_mm=36),
    Column(vi="Lý do", en="Reason", width_mm=90),
    Column(vi="Được tính", en="Counts", width_mm=25, align="center"),
)
_INVITATION_COLUMNS = (
    Column(vi="Ngày", en="Day", width_mm=35, align="center"),
    Column(vi="Kênh", en="Channel", width_mm=56),
    Column(vi="Bằng chứng của kênh", en="The channel's own proof", width_mm=95),
)


def return_proof(proof: ReturnProof) -> bytes:
    """The proof as a PDF on one A4 sheet; a history too long to be read there goes on over more sheets."""
    story = _on_one_sheet(proof) or _story(proof, PORTRAIT_WIDTH_MM)
    running = Running(
        title="Xác nhận bưu gửi không phát được",
        reference=f"{proof.item_number}, {words.on_day(proof.issued_on)}",
        issuer=proof.office,
    )
    return sheets(story, running)


def _on_one_sheet(proof: ReturnProof) -> list[Flowable] | None:
    """The story at the largest scale that leaves it on one sheet: set wider, then shrunk to the width of the sheet."""
    for scale in _SCALES:
        shrunk = _Shrunk(_story(proof, PORTRAIT_WIDTH_MM / scale), scale)
        if shrunk.height <= _SHEET_HEIGHT:
            return [shrunk]
    return None


class _Shrunk(Flowable):
    """A story drawn at `scale` as one block that fills the sheet's width."""

    def __init__(self, story: list[Flowable], scale: float) -> None:
        super().__init__()
        self._scale = scale
        width = PORTRAIT_WIDTH_MM * mm
        self._placed = [(part, part.wrap(width / scale, 100_000)[1]) for part in story]
        self.width = width
        self.height = scale * sum(height for _, height in self._placed)

    def draw(self) -> None:
        self.canv.scale(self._scale, self._scale)
        top = self.height / self._scale
        for part, height in self._placed:
            top -= height
            part.drawOn(self.canv, 0, top)


def code_128(number: str) -> Code128:
    """The item's number as bars, small enough for the head of a sheet."""
    return Code128(number, barWidth=0.33 * mm, barHeight=9 * mm, lquiet=3.3 * mm, rquiet=3.3 * mm)


def _story(proof: ReturnProof, width_mm: float) -> list[Flowable]:
    return [
        letterhead(proof.office, f"Ngày {words.on_day(proof.issued_on)}", width_mm),
        *title(
            "XÁC NHẬN BƯU GỬI KHÔNG PHÁT ĐƯỢC, CHUYỂN HOÀN",
            "Proof that an item could not be delivered and is returned",
            "Luật Bưu chính 2010, Điều 17 khoản 1",
        ),
        _subject(proof, width_mm),
        *_section("1. Điều kiện chuyển hoàn", "Conditions of the return"),
        _table(_CONDITION_COLUMNS, width_mm, [_condition(each) for each in proof.conditions]),
        *_section("2. Các lần liên hệ, lần phát", "Attempts"),
        _table(_ATTEMPT_COLUMNS, width_mm, [_attempt(each) for each in proof.attempts]),
        *_section("3. Giấy mời nhận tại bưu cục", "Invitations to collect at the counter"),
        _table(_INVITATION_COLUMNS, width_mm, [_invitation(each) for each in proof.invitations]),
        *_section("4. Cơ quan nhận lại", "Receipt by the agency"),
        _receipt(proof.receipt, width_mm),
        Spacer(0, 5 * mm),
        _signed(proof.receipt, width_mm),
    ]


def _subject(proof: ReturnProof, width_mm: float) -> Flowable:
    named: list[list[Flowable]] = [
        [fact("Số hiệu bưu gửi", "Item", words.spaced(proof.item_number), size=9)],
        [fact("Mã hồ sơ", "Dossier", proof.dossier_code, size=9)],
        [fact("Cơ quan thụ lý", "Handling agency", proof.agency, size=9)],
    ]
    bars = code_128(proof.item_number)
    bars_mm = bars.width / mm + 2
    return facts([[facts(named, [width_mm - bars_mm - 2]), bars]], [width_mm - bars_mm, bars_mm])


def _section(vi: str, en: str) -> list[Flowable]:
    return [Spacer(0, 3.5 * mm), bilingual(vi, en, size=9.5), Spacer(0, 1 * mm)]


def _table(columns: tuple[Column, ...], width_mm: float, rows: list[list[Flowable]]) -> Flowable:
    if not rows:
        return bilingual("Không có.", "None.", font=REGULAR)
    stretch = width_mm / sum(column.width_mm for column in columns)
    return grid([replace(column, width_mm=column.width_mm * stretch) for column in columns], rows)


def _condition(condition: Condition) -> list[Flowable]:
    return [line(condition.words, size=8), line(words.on_day(condition.day), size=8, align="center")]


def _attempt(attempt: ProofAttempt) -> list[Flowable]:
    return [
        line(words.at_moment(attempt.when), size=8, align="center"),
        line(attempt.kind, size=8),
        line(attempt.reason, size=8),
        line("Có" if attempt.counts else "Không", size=8, font=BOLD if attempt.counts else REGULAR, align="center"),
    ]


def _invitation(invitation: ProofInvitation) -> list[Flowable]:
    return [
        line(words.on_day(invitation.day), size=8, align="center"),
        line(invitation.channel, size=8),
        line(invitation.proof, size=8),
    ]


def _receipt(receipt: ReturnReceipt | None, width_mm: float) -> Flowable:
    if receipt is None:
        return bilingual("Bưu gửi đang trên đường chuyển hoàn.", "The item is on its way back.", font=REGULAR)
    half = width_mm / 2
    return facts(
        [
            [
                fact("Người nhận lại", "Received by", receipt.received_by),
                fact("Lúc", "At", words.at_moment(receipt.received_at)),
            ],
            [fact("Biên bản chuyển hoàn", "Return manifest", receipt.manifest_number), Spacer(0, 0)],
        ],
        [half, half],
    )


def _signed(receipt: ReturnReceipt | None, width_mm: float) -> Flowable:
    taken = () if receipt is None else ("Đã ký nhận", receipt.received_by)
    return signatures(
        (
            SignatureBox(vi="BƯU CỤC", en="Post office"),
            SignatureBox(vi="CƠ QUAN THỤ LÝ", en="Handling agency", words=taken),
        ),
        width_mm,
        room_mm=18,
    )
