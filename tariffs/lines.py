"""What a quote is made of: lines that add up, and their exact form as JSON, in which a price is frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tariffs.book import Payer
from tariffs.money import Dong, VatRate, percent_of, rate_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a price, in đồng; negative when it takes something off.

    `rule` is the place in the book's text, `source` the citation it rests on. `base` is what a percentage was taken of,
    0 when the rule is a fixed amount. Raises ValueError when net and VAT do not make the gross.
    """

    code: str
    rule: str
    source: str
    payer: Payer
    words_vi: str
    words_en: str
    net: Dong
    vat: Dong
    gross: Dong
    vat_rate: VatRate
    base: Dong = Dong(0)  # noqa: RUF009 - a NewType call is the number itself

    def __post_init__(self) -> None:
        if self.net + self.vat != self.gross:
            raise ValueError(f"Line {self.code}: net {self.net} and VAT {self.vat} do not make {self.gross} đ.")
        if self.vat and self.vat_rate == "not_subject":
            raise ValueError(f"Line {self.code} is not subject to VAT and yet carries {self.vat} đ of it.")

    def reversal(self) -> "Line":
        """The line that takes this one back to the last đồng; a correction adds it and then a new line."""
        return Line(
            code=f"reversal.{self.code}",
            rule=self.rule,
            source=self.source,
            payer=self.payer,
            words_vi=f"Đảo dòng: {self.words_vi}",
            words_en=f"Reversal: {self.words_en}",
            net=Dong(-self.net),
            vat=Dong(-self.vat),
            gross=Dong(-self.gross),
            vat_rate=self.vat_rate,
            base=self.base,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """A price on a Vietnam day by the book of that code. It is its lines: every total is their sum."""

    book: str
    day: date
    lines: tuple[Line, ...]

    @property
    def net(self) -> Dong:
        """The sum before VAT."""
        return Dong(sum([line.net for line in self.lines]))

    @property
    def vat(self) -> Dong:
        """The sum of VAT."""
        return Dong(sum([line.vat for line in self.lines]))

    @property
    def gross(self) -> Dong:
        """The sum with VAT, over all payers."""
        return Dong(sum([line.gross for line in self.lines]))

    def owed_by(self, payer: Payer) -> Dong:
        """What one payer owes, with VAT."""
        return Dong(sum([line.gross for line in self.lines if line.payer is payer]))

    def as_json(self) -> dict[str, object]:
        """The quote as plain JSON values, totals included; `from_json` gives it back exactly."""
        return {
            "book": self.book,
            "day": self.day.isoformat(),
            "net": int(self.net),
            "vat": int(self.vat),
            "gross": int(self.gross),
            "lines": [_line_as_json(line) for line in self.lines],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> "Quote":
        """Read what `as_json` wrote. Raises ValueError for anything else, and for totals that the lines do not make."""
        try:
            lines = values["lines"]
            if not isinstance(lines, list):
                raise TypeError("“lines” is not a list")
            quote = cls(
                book=_text(values, "book"),
                day=date.fromisoformat(_text(values, "day")),
                lines=tuple(_line_from_json(line) for line in lines),
            )
            totals = tuple(_whole(values, key) for key in ("net", "vat", "gross"))
        except KeyError as missing:
            raise ValueError(f"This is not a quote: {missing} is missing.") from missing
        except TypeError as wrong:
            raise ValueError(f"This is not a quote: {wrong}.") from wrong
        if totals != (quote.net, quote.vat, quote.gross):
            raise ValueError(
                f"A quote by {quote.book} says {totals}; its lines say {quote.net, quote.vat, quote.gross}."
            )
        return quote


def _line_as_json(line: Line) -> dict[str, object]:
    """`vat_rate` is a percentage in text ("8"), or "not_subject"."""
    return {
        "code": line.code,
        "rule": line.rule,
        "source": line.source,
        "payer": line.payer.value,
        "words_vi": line.words_vi,
        "words_en": line.words_en,
        "net": int(line.net),
        "vat": int(line.vat),
        "gross": int(line.gross),
        "vat_rate": "not_subject" if line.vat_rate == "not_subject" else percent_of(line.vat_rate),
        "base": int(line.base),
    }


def _line_from_json(values: object) -> Line:
    if not isinstance(values, Mapping):
        raise TypeError(f"the line {values!r} is not an object")
    rate = _text(values, "vat_rate")
    return Line(
        code=_text(values, "code"),
        rule=_text(values, "rule"),
        source=_text(values, "source"),
        payer=Payer(_text(values, "payer")),
        words_vi=_text(values, "words_vi"),
        words_en=_text(values, "words_en"),
        net=_whole(values, "net"),
        vat=_whole(values, "vat"),
        gross=_whole(values, "gross"),
        vat_rate="not_subject" if rate == "not_subject" else rate_of(rate),
        base=_whole(values, "base"),
    )


def _text(values: Mapping[str, object], key: str) -> str:
    value = values[key]
    if not isinstance(value, str):
        raise TypeError(f"“{key}” is {value!r} and not a text")
    return value


def _whole(values: Mapping[str, object], key: str) -> Dong:
    value = values[key]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"“{key}” is {value!r} and not whole đồng")
    return Dong(value)
