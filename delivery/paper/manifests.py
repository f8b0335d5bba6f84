"""Biên bản bàn giao: the list that both parties sign when custody of items moves.

Two kinds: from an agency to the post (hand-over), and back to the agency
(return), where every item has its reason and a place for the agency to sign.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

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


class ManifestKind(StrEnum):
    """Which way the items go."""

    HAND_OVER = "hand_over"
    RETURN = "return"


_TITLES = {
    ManifestKind.HAND_OVER: ("BIÊN BẢN BÀN GIAO BƯU GỬI", "Hand-over manifest"),
    ManifestKind.RETURN: ("BIÊN BẢN BÀN GIAO BƯU GỬI CHUYỂN HOÀN", "Return manifest"),
}


@dataclass(frozen=True, kw_only=True)
class Party:
    """An agency's hand-over point or a post office, and who acts for it (None: written by hand when signing)."""

    name: str
    address: str
    representative: str | None

    def __post_init__(self) -> None:
        words.require_text("Manifest: the party's name", self.name, 240)
        words.require_text(f"Manifest: the address of {self.name}", self.address, 300)
        if self.representative is not None:
            words.require_text(f"Manifest: who acts for {self.name}", self.representative, 160)


@dataclass(frozen=True, kw_only=True)
class Signature:
    """An electronic signature: by whom, and the instant (with a zone)."""

    name: str
    at: datetime

    def __post_init__(self) -> None:
        words.require_text("Manifest: the signer's name", self.name, 160)
        words.require_instant(f"Manifest: the signature of {self.name}", self.at)


@dataclass(frozen=True, kw_only=True)
class ManifestRow:
    """One item. `seal` is None without a seal, `weight_g` None before it is weighed, `reason` only on a return."""

    number: str
    dossier_code: str
    seal: str | None
    weight_g: int | None
    reason: str | None

    def __post_init__(self) -> None:
        words.require_number(self.number)
        words.require_text(f"Manifest: the dossier code of {self.number}", self.dossier_code, 60)
        if self.seal is not None:
            words.require_text(f"Manifest: the seal of {self.number}", self.seal, 40)
        if self.weight_g is not None:
            words.require_weight(f"Manifest: {self.number}", self.weight_g)
        if self.reason is not None:
            words.require_text(f"Manifest: the reason of {self.number}", self.reason, 240)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A manifest of any number of items but none. A signature is None until it is given; then a hand signs."""

    kind: ManifestKind
    number: str
    day: date
    from_party: Party
    to_party: Party
    rows: tuple[ManifestRow, ...]
    signed_by_giver: Signature | None
    signed_by_taker: Signature | None

    def __post_init__(self) -> None:
        words.require_text("Manifest: its number", self.number, 60)
        if not self.rows:
            raise ValueError(f"Manifest {self.number} lists no item.")
        words.require_different(f"Manifest {self.number}", [row.number for row in self.rows])
        for row in self.rows:
            if self.kind is ManifestKind.RETURN and row.reason is None:
                raise ValueError(f"Manifest {self.number}: {row.number} goes back without a reason.")
            if self.kind is ManifestKind.HAND_OVER and row.reason is not None:
                raise ValueError(f"Manifest {self.number}: {row.number} has a reason, but is not going back.")

    @property
    def weight_g(self) -> int:
        """Grams of all items that were weighed."""
        return sum(row.weight_g or 0 for row in self.rows)


_POSITION = Column(vi="TT", en="No.", width_mm=10, align="center")
_NUMBER = Column(vi="Số hiệu bưu gửi", en="Item number", width_mm=33)
_WEIGHT = Column(vi="Khối lượng", en="Weight", width_mm=18, align="right")
_HAND_OVER_COLUMNS = (
    _POSITION,
    _NUMBER,
    Column(vi="Mã hồ sơ", en="Dossier code", width_mm=52),
    Column(vi="Niêm phong", en="Seal", width_mm=33),
    _WEIGHT,
    Column(vi="Ghi chú", en="Remarks", width_mm=40),
)
_RETURN_COLUMNS = (
    _POSITION,
    _NUMBER,
    Column(vi="Mã hồ sơ", en="Dossier code", width_mm=47),
    Column(vi="Niêm phong", en="Seal", width_mm=22),
    _WEIGHT,
    Column(vi="Lý do chuyển hoàn", en="Reason of return", width_mm=36),
    Column(vi="Ký nhận", en="Received", width_mm=20),
)


def manifest(listed: Manifest) -> bytes:
    """The manifest as a PDF on A4: parties, one row an item, totals, two places to sign, page x/y on each sheet."""
    vi, en = _TITLES[listed.kind]
    reference = f"Số {listed.number}, ngày {words.on_day(listed.day)}"
    is_return = listed.kind is ManifestKind.RETURN
    story: list[Flowable] = [
        letterhead(listed.from_party.name, f"Số: {listed.number}", PORTRAIT_WIDTH_MM),
        *title(vi, en, f"Ngày {words.on_day(listed.day)}"),
        _parties(listed),
        Spacer(0, 3 * mm),
        grid(
            _RETURN_COLUMNS if is_return else _HAND_OVER_COLUMNS,
            [_row(position, row) for position, row in enumerate(listed.rows, start=1)],
            least_row_mm=9 if is_return else 6,
        ),
        Spacer(0, 3 * mm),
        KeepTogether([*_closing(listed), _signed(listed)]),
    ]
    return sheets(story, Running(title=vi.capitalize(), reference=reference, issuer=listed.from_party.name))


def _parties(listed: Manifest) -> Flowable:
    half = PORTRAIT_WIDTH_MM / 2
    columns = [
        [
            bilingual(vi, en, size=9),
            line(party.name, font=BOLD),
            fact("Địa chỉ", "Address", party.address, size=8),
            fact("Đại diện", "Represented by", party.representative or "…" * 18, size=8),
        ]
        for vi, en, party in (("BÊN GIAO", "From", listed.from_party), ("BÊN NHẬN", "To", listed.to_party))
    ]
    return facts([list(row) for row in zip(*columns, strict=True)], [half, half])


def _row(position: int, row: ManifestRow) -> list[Flowable]:
    return [
        line(str(position), size=8, align="center"),
        line(row.number, size=8, font=BOLD),
        line(row.dossier_code, size=8),
        line(row.seal or words.BLANK, size=8),
        line(words.BLANK if row.weight_g is None else words.in_grams(row.weight_g), size=8, align="right"),
        *([line(row.reason, size=8)] if row.reason is not None else []),
        Spacer(0, 0),
    ]


def _closing(listed: Manifest) -> list[Flowable]:
    weighed = sum(row.weight_g is not None for row in listed.rows)
    total = f"{len(listed.rows)} bưu gửi, {words.in_grams(listed.weight_g)}"
    if weighed < len(listed.rows):
        total = f"{total} (đã cân {weighed}/{len(listed.rows)})"
    return [
        fact("Tổng cộng", "Total", total, size=9),
        Spacer(0, 2 * mm),
        bilingual(
            "Hai bên đã kiểm đếm đủ số bưu gửi trên, niêm phong còn nguyên. Lập thành hai bản, mỗi bên giữ một.",
            "Both parties counted the items above and found the seals intact. Made in two copies, one for each party.",
            size=8.5,
            font=REGULAR,
        ),
        Spacer(0, 4 * mm),
    ]


def _signed(listed: Manifest) -> Flowable:
    return signatures(
        (
            SignatureBox(vi="ĐẠI DIỆN BÊN GIAO", en="For the giving party", words=_electronic(listed.signed_by_giver)),
            SignatureBox(
                vi="ĐẠI DIỆN BÊN NHẬN", en="For the receiving party", words=_electronic(listed.signed_by_taker)
            ),
        ),
        PORTRAIT_WIDTH_MM,
    )


def _electronic(signature: Signature | None) -> tuple[str, ...]:
    if signature is None:
        return ()
    return ("Đã ký điện tử", signature.name, words.at_moment(signature.at))
