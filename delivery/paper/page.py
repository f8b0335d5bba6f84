"""What several papers share on the sheet: fonts, bilingual text, tables, signatures, page x/y.

Sizes are points unless a name says millimetres (1 mm = 72/25.4 points).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from typing import Literal
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from delivery.paper.words import clean

REGULAR = "BeVietnamPro"
BOLD = "BeVietnamPro-SemiBold"
ITALIC = "BeVietnamPro-Italic"

MARGIN_MM = 12
HEADER_MM = 8
FOOTER_MM = 9
PORTRAIT_WIDTH_MM = 210 - 2 * MARGIN_MM
LANDSCAPE_WIDTH_MM = 297 - 2 * MARGIN_MM

Align = Literal["left", "center", "right"]
Command = tuple[str, tuple[int, int], tuple[int, int], *tuple[object, ...]]
"""What a table's style says of a block of cells."""

_INK: Color = black
_PALE = HexColor("#444444")
_RULE = HexColor("#777777")
_SHADE = HexColor("#eeeeee")
_ALIGNMENT: dict[Align, Literal[0, 1, 2]] = {"left": TA_LEFT, "center": TA_CENTER, "right": TA_RIGHT}


def _register_fonts() -> None:
    folder = files("fontpkg_be_vietnam_pro") / "files"
    for name, file in (
        (REGULAR, "BeVietnamPro-Regular.ttf"),
        (BOLD, "BeVietnamPro-SemiBold.ttf"),
        (ITALIC, "BeVietnamPro-Italic.ttf"),
    ):
        pdfmetrics.registerFont(TTFont(name, BytesIO((folder / file).read_bytes())))


# At import, under Python's import lock: two threads that registered at once would leave
# two font objects of one name, and a document half drawn with each.
_register_fonts()


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table: its heading in two languages, its width and how its cells stand."""

    vi: str
    en: str
    width_mm: float
    align: Align = "left"


@dataclass(frozen=True, kw_only=True)
class SignatureBox:
    """A place to sign: whose it is, and the words already in it (a name, an electronic signature)."""

    vi: str
    en: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Running:
    """What every sheet repeats, so that a loose one can be put back: the title, the reference, the issuer."""

    title: str
    reference: str
    issuer: str


def style(size: float, *, font: str = REGULAR, align: Align = "left") -> ParagraphStyle:
    """A paragraph style with room for Vietnamese's stacked accents; words longer than the line are broken."""
    return ParagraphStyle(
        f"{font}-{size}-{align}",
        fontName=font,
        fontSize=size,
        leading=size * 1.3,
        alignment=_ALIGNMENT[align],
        textColor=_INK,
        splitLongWords=1,
    )


def line(text: str, *, size: float = 8.5, font: str = REGULAR, align: Align = "left") -> Paragraph:
    """`text` as one wrapping paragraph; markup in it is shown, not obeyed."""
    return Paragraph(escape(clean(text)), style(size, font=font, align=align))


def stacked(lines: Sequence[str], *, size: float = 8.5, first: str = REGULAR, align: Align = "left") -> Paragraph:
    """Several lines in one cell, the first in the font `first`."""
    head, *rest = (escape(clean(each)) for each in lines)
    marked = [f'<font name="{first}">{head}</font>', *rest]
    return Paragraph("<br/>".join(marked), style(size, align=align))


def bilingual(vi: str, en: str, *, size: float = 8.5, font: str = BOLD, align: Align = "left") -> Paragraph:
    """Vietnamese, and English below it in small italics."""
    small = max(5.5, size * 0.72)
    return Paragraph(f"{escape(clean(vi))}<br/>{_english(en, small)}", style(size, font=font, align=align))


def fact(vi: str, en: str, value: str, *, size: float = 8.5) -> Paragraph:
    """A named value on one line: `Bưu tá / Courier: Nguyễn Văn A`."""
    name = f'{escape(clean(vi))} <font color="{_PALE.hexval()}">/</font> {_english(en, size * 0.8)}'
    return Paragraph(f'{name}: <font name="{BOLD}">{escape(clean(value))}</font>', style(size))


def _english(en: str, size: float) -> str:
    return f'<font name="{ITALIC}" size="{size:.2f}" color="{_PALE.hexval()}">{escape(clean(en))}</font>'


def title(vi: str, en: str, reference: str) -> list[Flowable]:
    """The name of the paper in the middle of the sheet, with its reference below."""
    return [
        Spacer(0, 3 * mm),
        bilingual(vi, en, size=14, align="center"),
        line(reference, size=8.5, align="center"),
        Spacer(0, 3 * mm),
    ]


def letterhead(issuer: str, unit: str, width_mm: float) -> Table:
    """The head of a formal paper: who issues it, and the State's name and motto (form of Decree 30/2020)."""
    state = Paragraph(
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br/><u>Độc lập - Tự do - Hạnh phúc</u>",
        style(8.5, font=BOLD, align="center"),
    )
    return _bare([[stacked([issuer, unit], first=BOLD, align="center"), state]], [width_mm * 0.46, width_mm * 0.54])


def facts(cells: Sequence[Sequence[Flowable]], widths_mm: Sequence[float]) -> Table:
    """Rows of facts side by side, without lines. `cells` is rows × len(widths_mm)."""
    return _bare(cells, widths_mm)


def grid(columns: Sequence[Column], rows: Sequence[Sequence[Flowable]], *, least_row_mm: float = 0) -> Table:
    """A ruled table whose heading is repeated on each sheet; `rows` is any number × len(columns) of cells.

    `least_row_mm` leaves room for a hand to write. A row is never cut by the end of a sheet.
    """
    heading = [bilingual(each.vi, each.en, size=7.5, align="center") for each in columns]
    widths = [each.width_mm * mm for each in columns]
    ruled = TableStyle(RULED)
    tall_enough = [None, *(_row_height(cells, widths, least_row_mm * mm) for cells in rows)]
    return LongTable(
        [heading, *map(list, rows)], colWidths=widths, rowHeights=tall_enough, repeatRows=1, style=ruled, hAlign="LEFT"
    )


def _row_height(cells: Sequence[Flowable], widths: Sequence[float], least: float) -> float:
    return max(least, *(cell.wrap(width - 5, 10_000)[1] + 5 for cell, width in zip(cells, widths, strict=True)))


def sum_name(vi: str, en: str) -> Paragraph:
    """`vi / en` at the right of a row that sums others."""
    return Paragraph(f"{escape(clean(vi))} / {_english(en, 6.5)}", style(7.5, font=BOLD, align="right"))


def signatures(boxes: Sequence[SignatureBox], width_mm: float, *, room_mm: float = 22) -> Table:
    """Places to sign side by side, each with `room_mm` for a hand and a stamp."""
    heads = [bilingual(box.vi, box.en, size=9, align="center") for box in boxes]
    hint = [bilingual("(Ký, ghi rõ họ tên)", "Signature and full name", size=7, font=ITALIC, align="center")] * len(
        boxes
    )
    filled = [stacked(box.words, align="center") if box.words else Spacer(0, 0) for box in boxes]
    table = Table(
        [heads, hint, filled],
        colWidths=[width_mm / len(boxes) * mm] * len(boxes),
        rowHeights=[None, None, room_mm * mm],
    )
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("VALIGN", (0, 2), (-1, 2), "MIDDLE"), *_tight(1)]))
    return table


def _bare(cells: Sequence[Sequence[Flowable]], widths_mm: Sequence[float]) -> Table:
    top = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_tight(1)])
    return Table([list(row) for row in cells], colWidths=[width * mm for width in widths_mm], style=top, hAlign="LEFT")


def _tight(padding: float) -> list[tuple[str, tuple[int, int], tuple[int, int], float]]:
    sides = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    return [(side, (0, 0), (-1, -1), padding) for side in sides]


RULED: tuple[Command, ...] = (
    ("GRID", (0, 0), (-1, -1), 0.4, _RULE),
    ("BOX", (0, 0), (-1, -1), 0.8, _INK),
    ("BACKGROUND", (0, 0), (-1, 0), _SHADE),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    *_tight(2.5),
)
"""How every ruled table looks: its first row is the heading."""


def sheets(story: Sequence[Flowable], running: Running, *, across: bool = False) -> bytes:
    """Set `story` on A4 sheets (`across`: landscape), each with the running words and its page x/y; a PDF."""
    held: list[dict[str, object]] = []
    size = landscape(A4) if across else A4

    class CountedPages(Canvas):
        """Holds the pages back until the last is known, so that each can say which of how many it is."""

        def showPage(self) -> None:  # noqa: N802 - reportlab's name
            held.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]  # the stubs leave it out

        def save(self) -> None:
            for number, page in enumerate(held, start=1):
                self.__dict__.update(page)
                _furnish(self, running, size, number, len(held))
                super().showPage()
            super().save()

    out = BytesIO()
    SimpleDocTemplate(
        out,
        pagesize=size,
        leftMargin=MARGIN_MM * mm - 6,  # reportlab's frame adds 6 points of its own on each side
        rightMargin=MARGIN_MM * mm - 6,
        topMargin=(MARGIN_MM + HEADER_MM / 2) * mm - 6,
        bottomMargin=(MARGIN_MM / 2 + FOOTER_MM) * mm - 6,
        title=clean(f"{running.title} {running.reference}"),
        author=clean(running.issuer),
        lang="vi",
        invariant=1,
    ).build(list(story), canvasmaker=CountedPages)
    return out.getvalue()


def _furnish(canvas: Canvas, running: Running, size: tuple[float, float], number: int, total: int) -> None:
    width, height = size
    left, right = MARGIN_MM * mm, width - MARGIN_MM * mm
    canvas.setFillColor(_PALE)
    canvas.setStrokeColor(_RULE)
    canvas.setLineWidth(0.4)
    canvas.setFont(REGULAR, 7)
    half = (right - left) * 0.6
    if number > 1:
        top = height - 9 * mm
        canvas.drawString(left, top, _shortened(f"{running.title} · {running.reference}", right - left))
        canvas.line(left, top - 1.5 * mm, right, top - 1.5 * mm)
    bottom = 8 * mm
    canvas.line(left, bottom + 3 * mm, right, bottom + 3 * mm)
    canvas.drawString(left, bottom, _shortened(running.issuer, half))
    canvas.drawRightString(right, bottom, f"Trang {number}/{total}")
    canvas.setFont(ITALIC, 5.5)
    canvas.drawRightString(right, bottom - 2.4 * mm, f"Page {number} of {total}")


def _shortened(text: str, width: float) -> str:
    """`text` cut with an ellipsis where it would leave its line; the whole of it stands on the first sheet."""
    kept = clean(text)
    if pdfmetrics.stringWidth(kept, REGULAR, 7) <= width:
        return kept
    while pdfmetrics.stringWidth(f"{kept}…", REGULAR, 7) > width:
        kept = kept[:-1]
    return f"{kept}…"
