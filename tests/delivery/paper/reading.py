"""Reading a paper back: what a clerk would see on the sheets, and where it stands."""

from dataclasses import dataclass
from io import BytesIO

from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth

from delivery.paper.page import REGULAR


@dataclass(frozen=True, kw_only=True)
class Sheets:
    """A PDF as read back: the words of each sheet, its size in points, and each line's place
    (sheet, left, right, base line, words)."""

    texts: tuple[str, ...]
    sizes: tuple[tuple[float, float], ...]
    places: tuple[tuple[int, float, float, float, str], ...]

    def __contains__(self, words: str) -> bool:
        """Whether the words are there; where lines were broken does not matter."""
        return _run_together(words) in _run_together("".join(self.texts))

    def strays(self, margin: float) -> list[str]:
        """Lines that begin or end outside the sheet's margin (points)."""
        found = []
        for sheet, left, right, base, words in self.places:
            width, height = self.sizes[sheet]
            if not (margin <= left and right <= width - margin and margin <= base <= height - margin):
                found.append(words)
        return found


def _run_together(words: str) -> str:
    return "".join(words.split())


def read(pdf: bytes) -> Sheets:
    """The sheets of a PDF."""
    pages = PdfReader(BytesIO(pdf)).pages
    places: list[tuple[int, float, float, float, str]] = []
    texts = []
    for sheet, page in enumerate(pages):

        def note(words: str, cm: list[float], tm: list[float], font: object, size: float, sheet: int = sheet) -> None:
            if words.strip():
                x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
                y = cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
                width = stringWidth(words.strip(), REGULAR, size * tm[0] * cm[0])
                places.append((sheet, x, x + width, y, words))

        texts.append(page.extract_text(visitor_text=note))
    sizes = tuple((float(page.mediabox.width), float(page.mediabox.height)) for page in pages)
    return Sheets(texts=tuple(texts), sizes=sizes, places=tuple(places))
