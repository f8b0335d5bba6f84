"""What would it cost? A page for anybody: where from, where to, how heavy. It shows each line with its source."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import render_template, request, url_for
from werkzeug.datastructures import MultiDict

from delivery.errors import Invalid
from delivery.money.public_quotes import Answer, Question, Somewhere, ask, heaviest, open_books
from tariffs.bill import ZONE_WORDS
from tariffs.book import Book, Payer, Proof, Service, TariffRefusal, in_force
from tariffs.money import percent_of, vat_on
from tracking import sessions
from tracking.blueprint import window
from tracking.words import Words

MOST_SHOWN = 12
"""So many communes are offered where a text may mean more: a longer list is answered by naming the province."""

WEIGHTS: Sequence[tuple[int, Words]] = (
    (20, Words(vi="một thẻ căn cước hoặc bằng lái xe", en="an identity card or a driving licence")),
    (50, Words(vi="vài tờ giấy", en="a few sheets of paper")),
    (100, Words(vi="một sổ đỏ và 10 tờ giấy", en="a land-use certificate and 10 sheets")),
    (250, Words(vi="khoảng 45 tờ giấy", en="about 45 sheets")),
    (500, Words(vi="khoảng 95 tờ giấy", en="about 95 sheets")),
    (1000, Words(vi="khoảng 190 tờ giấy", en="about 190 sheets")),
)
"""Grams of a filled envelope: 5 g a sheet of A4, 15 to 25 g the envelope."""

USUAL_G = 100
_WHOLE = re.compile(r"[0-9]{1,9}|[0-9]{1,3}(?:[ .,][0-9]{3}){1,2}")


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in the form, as it was typed. The names are those of the URL, which is shared."""

    tu: str
    tu_xa: str
    den: str
    den_xa: str
    g: str
    can: str
    dich_vu: str
    tra: str
    dien: str
    tuy_chon: tuple[str, ...]
    le_phi: str
    ngay: str

    @classmethod
    def read(cls, sent: MultiDict[str, str]) -> "Typed":
        """Read a URL's query; what is absent is empty."""
        texts = {name: sent.get(name, "").strip()[:400] for name in cls.__dataclass_fields__ if name != "tuy_chon"}
        return cls(tuy_chon=tuple(dict.fromkeys(sent.getlist("tuy_chon")))[:20], **texts)

    @property
    def asks(self) -> bool:
        """Whether anything was asked yet."""
        return bool(self.tu or self.tu_xa or self.den or self.den_xa)

    @property
    def more(self) -> bool:
        """Whether something is chosen that the short form does not show."""
        default = self.dich_vu in ("", Service.RESULT_RETURN) and self.tra in ("", Payer.ADDRESSEE)
        return not default or bool(self.tuy_chon or self.dien or self.le_phi or self.ngay)

    @property
    def service(self) -> Service:
        """What the post is asked to do."""
        if self.dich_vu and self.dich_vu not in tuple(Service):
            raise _wrong("service-unknown", "Không có dịch vụ này.", "There is no such service.")
        return Service(self.dich_vu or Service.RESULT_RETURN)

    @property
    def day(self) -> date | None:
        """The day asked for; None for today."""
        if not self.ngay:
            return None
        try:
            return date.fromisoformat(self.ngay)
        except ValueError:
            raise _wrong("day-unreadable", "Ghi ngày như 2026-11-30.", "Write the day like 2026-11-30.") from None

    def question(self) -> Question:
        """The question that the form asks. Raises Invalid for what cannot be read."""
        if self.tra not in ("", Payer.ADDRESSEE, Payer.AGENCY):
            raise _wrong("payer-unknown", "Người trả là người nhận hoặc cơ quan.", "Addressee or agency pays.")
        return Question(
            origin=Somewhere(text=self.tu, commune_id=_number(self.tu_xa)),
            destination=Somewhere(text=self.den, commune_id=_number(self.den_xa)),
            weight_g=_number(self.can) or _number(self.g) or USUAL_G,
            service=self.service,
            payer=Payer(self.tra or Payer.ADDRESSEE),
            options=frozenset(self.tuy_chon),
            waivers=frozenset({self.dien} if self.dien else ()),
            agency_fee=_number(self.le_phi) or 0,
            day=self.day,
        )


@window.get("/cuoc")
def calculator() -> str | tuple[str, int]:
    """The form, and the price once it asks one."""
    typed = Typed.read(request.args)
    books, wrong, answer = sessions.wiring().books, None, None
    with sessions.reading() as unit:
        today = unit.today
        try:
            if typed.asks:
                answer = ask(unit, books, sessions.wiring().matcher, typed.question())
        except Invalid as caught:
            wrong = caught
    page = _page(typed, answer, wrong, books, today)
    return (page, 422) if wrong else page


@window.get("/cuoc/bang-gia")
def price_table() -> str | tuple[str, int]:
    """The whole book in force: weights by zones with their legal maxima. `?bieu=` shows one that begins later."""
    books = sessions.wiring().books
    with sessions.reading() as unit:
        today = unit.today
    shown = open_books(books, today)
    asked = request.args.get("bieu", "")
    book = next((book for book in shown if book.code == asked), shown[0] if shown else None)
    missing = book is None or bool(asked and book.code != asked)
    page = render_template(
        "tracking/price_table.html",
        book=book,
        books=shown,
        today=today,
        missing=missing,
        zone_words=ZONE_WORDS,
        percent_of=percent_of,
        vat_on=vat_on,
    )
    return (page, 404) if missing else page


def _page(typed: Typed, answer: Answer | None, wrong: Invalid | None, books: Sequence[Book], today: date) -> str:
    priced = answer.priced if answer else None
    book = priced.book if priced else _book_of(typed, books, today)
    service = typed.dich_vu if typed.dich_vu in tuple(Service) else Service.RESULT_RETURN
    return render_template(
        "tracking/calculator.html",
        typed=typed,
        answer=answer,
        owed={str(payer): priced.quote.owed_by(payer) for payer in Payer} if priced else {},
        wrong=wrong,
        book=book,
        today=today,
        weights=[(g, words) for g, words in WEIGHTS if book is None or g <= heaviest(book, Service(service))],
        usual_g=USUAL_G,
        most_shown=MOST_SHOWN,
        claimable=[w for w in book.waivers.values() if w.proof is Proof.CLAIM] if book else [],
        later=[
            (b, _on(b.in_force_from))
            for b in books
            if book and b.in_force_from > (priced.request.day if priced else today)
        ],
        zone_words=ZONE_WORDS,
        percent_of=percent_of,
    )


def _book_of(typed: Typed, books: Sequence[Book], today: date) -> Book | None:
    """The book whose options the form offers: that of the day typed, or else of today."""
    try:
        return in_force(books, max(typed.day or today, today))
    except (Invalid, TariffRefusal):
        return None


def _on(day: date) -> str:
    """This question, asked for another day."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "ngay" and value]
    return f"{url_for('tracking.calculator')}?{urlencode([*asked, ('ngay', day.isoformat())])}"


def _number(typed: str) -> int | None:
    """A whole number as people write it, 1.000.000 included; None for nothing."""
    if not typed:
        return None
    if not (typed.isascii() and _WHOLE.fullmatch(typed)):
        raise _wrong(
            "number-unreadable",
            f"“{typed[:40]}” không phải một số nguyên.",
            f"“{typed[:40]}” is not a whole number.",
        )
    return int(re.sub(r"[^0-9]", "", typed))


def _wrong(code: str, vi: str, en: str) -> Invalid:
    return Invalid(code, vi=vi, en=en)
