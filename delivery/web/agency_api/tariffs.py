"""Prices for anybody: the tariff books, their exact texts, and a quote for a question. No token is needed."""

from sqlalchemy import select

from delivery.errors import Invalid, NotFound
from delivery.money.public_quotes import ask, open_books
from delivery.store.tariffs import BookState, TariffBook
from delivery.web.agency_api.calls import Answer, Call, Nothing
from delivery.web.agency_api.items import api
from delivery.web.agency_api.tariff_presenting import quote_out, tariff_out
from delivery.web.agency_api.tariff_schemas import DayQuery, QuoteIn, QuoteOut, TariffList
from delivery.web.wired import wiring
from tariffs.book import NoBookInForce, in_force

TOML = "application/toml"


@api.endpoint("GET", "/tariffs", scope=None, query=DayQuery, reply=TariffList, refusals=(422,))
def list_tariffs(call: Call[Nothing]) -> Answer:
    """List the tariff books in force and to come.

    With `day`, the one book of that day, also of a day gone by: a price frozen then rests on it.
    """
    query = call.query
    assert isinstance(query, DayQuery)
    books = wiring().books
    try:
        shown = open_books(books, call.unit.today) if query.day is None else (in_force(books, query.day),)
    except NoBookInForce as none:
        raise Invalid(none.code, vi=none.vi, en=none.en, pointer="/day") from none
    return Answer(body=TariffList(items=[tariff_out(book, books) for book in shown]))


@api.endpoint("GET", "/tariffs/<code>", scope=None, reply=None, answers=TOML, refusals=(404,))
def read_tariff(call: Call[Nothing], code: str) -> Answer:
    """Read a tariff book's exact text (TOML).

    Its SHA-256 is the `digest` that quotes and the list name. docs/tariffs.md tells how to recompute a price from it.
    """
    query = select(TariffBook.text).where(TariffBook.code == code, TariffBook.state == BookState.PUBLISHED)
    text = call.unit.session.scalar(query)
    if text is None:
        raise NotFound(
            "tariff-book-unknown",
            vi=f"Không có biểu cước nào đã công bố mang mã {code}. Xem danh sách ở GET /api/v1/tariffs.",
            en=f"No published tariff book has the code {code}. GET /api/v1/tariffs lists them.",
        )
    return Answer(body=text)


@api.endpoint("POST", "/quotes", scope=None, body=QuoteIn, reply=QuoteOut, refusals=(400, 422))
def make_quote(call: Call[QuoteIn]) -> Answer:
    """Say what it would cost.

    Nothing is stored. A place whose text leaves several communes open is answered with `ask` and its candidates: send
    the question again with the `commune` chosen. `ways` tells what each waiver and the counter would leave to pay.
    """
    return Answer(body=quote_out(ask(call.unit, wiring().books, wiring().matcher, call.body.question())))
