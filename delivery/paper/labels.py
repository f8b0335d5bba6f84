"""The label on the envelope: who gets it, where it goes, and its number for people and scanners.

A label shows code, name, address and masked phone, never the kind of result
(Law 91/2025/QH15): `Label` has no field that could carry it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCode
from reportlab.lib.colors import black, white
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from delivery.paper import words
from delivery.paper.page import BOLD, ITALIC, REGULAR, line

WIDTH_MM = 100
HEIGHT_MM = 75

_EDGE = 3 * mm
_INNER = WIDTH_MM * mm - 2 * _EDGE
_LONGEST_NAME = 160
_LONGEST_ADDRESS_LINE = 120
_MOST_ADDRESS_LINES = 4
_LONGEST_OFFICE = 120
_LONGEST_HINT = 16


@dataclass(frozen=True, kw_only=True)
class Label:
    """What one envelope shows.

    `office_name` is the delivery office, `route_hint` its short sorting mark ("T07").
    `amount_to_collect` is whole đồng at the door: 0 says that nothing is asked, None that
    it is not settled yet, and then the label is silent. `masked_phone` is None without a phone.
    """

    number: str
    addressee_name: str
    address_lines: tuple[str, ...]
    masked_phone: str | None
    office_name: str
    route_hint: str
    weight_g: int
    amount_to_collect: int | None

    def __post_init__(self) -> None:
        words.require_number(self.number)
        whose = f"Label {self.number}"
        words.require_text(f"{whose}: the addressee's name", self.addressee_name, _LONGEST_NAME)
        if not 1 <= len(self.address_lines) <= _MOST_ADDRESS_LINES:
            raise ValueError(
                f"{whose}: the address has {len(self.address_lines)} lines, expected 1 to {_MOST_ADDRESS_LINES}."
            )
        for each in self.address_lines:
            words.require_text(f"{whose}: a line of the address", each, _LONGEST_ADDRESS_LINE)
        if self.masked_phone is not None:
            words.require_masked(f"{whose}: the phone", self.masked_phone)
        words.require_text(f"{whose}: the delivery office", self.office_name, _LONGEST_OFFICE)
        words.require_text(f"{whose}: the route hint", self.route_hint, _LONGEST_HINT)
        words.require_weight(whose, self.weight_g)
        if self.amount_to_collect is not None:
            words.require_amount(f"{whose}: the amount to collect", self.amount_to_collect)


def labels(labels: Sequence[Label]) -> bytes:
    """A PDF with one page of 100 × 75 mm for each label, in the order given. ValueError when there is none."""
    if not labels:
        raise ValueError("There is no label to print.")
    out = BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH_MM * mm, HEIGHT_MM * mm), invariant=1, lang="vi")
    canvas.setTitle("Nhãn bưu gửi")
    for label in labels:
        _draw(canvas, label)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def code_128(number: str) -> Code128:
    """The number as bars; modules of 0.4 mm, so that a worn handheld scanner still reads it."""
    return Code128(number, barWidth=0.4 * mm, barHeight=12 * mm, lquiet=4 * mm, rquiet=4 * mm)


def qr(number: str) -> QrCode:
    """The number as a square for a phone's camera; level M survives a scratch or a fold."""
    return QrCode(number, width=21 * mm, height=21 * mm, qrLevel="M", qrBorder=2)


def _draw(canvas: Canvas, label: Label) -> None:
    canvas.setLineWidth(0.8)
    canvas.rect(_EDGE / 2, _EDGE / 2, WIDTH_MM * mm - _EDGE, HEIGHT_MM * mm - _EDGE)
    for height_mm in (12, 38, 61):
        canvas.line(_EDGE / 2, height_mm * mm, WIDTH_MM * mm - _EDGE / 2, height_mm * mm)
    _draw_destination(canvas, label)
    _draw_number(canvas, label)
    _draw_addressee(canvas, label)
    _draw_foot(canvas, label)


def _draw_destination(canvas: Canvas, label: Label) -> None:
    _caption(canvas, 69.6, "Bưu cục phát", "Delivery office")
    _fit(canvas, [(label.office_name, BOLD, 1.0)], (61.5, 69), width=66 * mm, largest=13)
    canvas.setFillColor(black)
    canvas.rect(72 * mm, 61 * mm, WIDTH_MM * mm - _EDGE / 2 - 72 * mm, 12.5 * mm, stroke=0, fill=1)
    hint = words.clean(label.route_hint)
    size = next((size for size in range(22, 6, -1) if canvas.stringWidth(hint, BOLD, size) <= 24 * mm), 6)
    canvas.setFillColor(white)
    canvas.setFont(BOLD, size)
    canvas.drawCentredString(85.2 * mm, 67.2 * mm - size * 0.35, hint)
    canvas.setFillColor(black)


def _draw_number(canvas: Canvas, label: Label) -> None:
    bars = code_128(label.number)
    bars.drawOn(canvas, _EDGE, 46.5 * mm)
    canvas.setFont(BOLD, 13)
    canvas.drawCentredString(_EDGE + bars.width / 2, 40.5 * mm, words.spaced(label.number))
    qr(label.number).drawOn(canvas, 76 * mm, 39 * mm)


def _draw_addressee(canvas: Canvas, label: Label) -> None:
    _caption(canvas, 34.8, "Người nhận", "Addressee")
    lines = [(label.addressee_name, BOLD, 1.2), *((each, REGULAR, 1.0) for each in label.address_lines)]
    if label.masked_phone is not None:
        lines.append((f"ĐT: {label.masked_phone}", REGULAR, 1.0))
    _fit(canvas, lines, (12.5, 34.2), width=_INNER, largest=10.5)


def _draw_foot(canvas: Canvas, label: Label) -> None:
    _caption(canvas, 8.6, "Khối lượng", "Weight")
    canvas.setFont(REGULAR, 11)
    canvas.drawString(_EDGE, 3.6 * mm, words.in_grams(label.weight_g))
    if label.amount_to_collect is None:
        return
    _caption(canvas, 8.6, "Thu của người nhận", "To collect at the door", left=36 * mm)
    canvas.setFont(BOLD, 13)
    asked = words.in_dong(label.amount_to_collect) if label.amount_to_collect else "Không thu tiền"
    canvas.drawString(36 * mm, 3.4 * mm, asked)


def _caption(canvas: Canvas, height_mm: float, vi: str, en: str, left: float = _EDGE) -> None:
    canvas.setFont(REGULAR, 6.5)
    canvas.drawString(left, height_mm * mm, vi)
    after = left + canvas.stringWidth(f"{vi} ", REGULAR, 6.5)
    canvas.setFont(ITALIC, 5.5)
    canvas.drawString(after, height_mm * mm, f"/ {en}")


def _fit(
    canvas: Canvas,
    lines: Sequence[tuple[str, str, float]],
    between_mm: tuple[float, float],
    *,
    width: float,
    largest: float,
) -> None:
    """Draw wrapping `lines` (text, font, size relative to the rest) between two heights, as large as fits."""
    bottom, top = between_mm[0] * mm, between_mm[1] * mm
    size = largest
    while True:
        placed: list[tuple[Paragraph, float]] = []
        for text, font, scale in lines:
            paragraph = line(text, size=size * scale, font=font)
            placed.append((paragraph, paragraph.wrap(width, top)[1]))
        if sum(height for _, height in placed) <= top - bottom:
            break
        size -= 0.25
    height_left = top
    for paragraph, height in placed:
        height_left -= height
        paragraph.drawOn(canvas, _EDGE, height_left)
