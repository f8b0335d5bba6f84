"""A price for anybody who asks: never a guess, never stored, and what an item would really cost."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from delivery.errors import Invalid
from delivery.money.public_quotes import Answer, Priced, Question, Somewhere, ask, heaviest, open_books
from delivery.store.communes import Commune
from delivery.store.items import Item
from delivery.store.money import Quote
from delivery.wiring import Wiring
from tariffs.book import Book, Payer, Service, Zone
from tests.conftest import HandClock
from tests.delivery.made_rounds import Post
from tests.factories import Town

QUESTION = Question(
    origin=Somewhere(text="phường Bến Nghé, quận 1, TP HCM"),
    destination=Somewhere(text="phường Tân Định, quận 1, TP HCM"),
    weight_g=80,
)


def answer(wiring: Wiring, question: Question) -> Answer:
    """What anybody would be told."""
    books, matcher = wiring.books, wiring.matcher
    with wiring.work("job:test") as unit:
        return ask(unit, books, matcher, question)


def priced(wiring: Wiring, question: Question) -> Priced:
    """The price, where the question has one."""
    found = answer(wiring, question).priced
    assert found is not None
    return found


@pytest.mark.usefixtures("town")
def test_an_old_name_is_as_good_as_a_new_one_or_our_id(wiring: Wiring) -> None:
    """People write the ward that they know; programs keep the id."""
    by_name = answer(wiring, QUESTION)
    assert by_name.origin.spot is not None
    ids = replace(QUESTION, origin=Somewhere(commune_id=by_name.origin.spot.id))
    assert answer(wiring, ids) == by_name
    assert by_name.origin.spot.name == "Phường Sài Gòn"


def test_the_public_price_is_what_an_item_of_the_same_kind_costs(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """One engine answers the page and the invoice: a price that was promised is the price that is charged."""
    number = Post(wiring, town, clock).one()
    with wiring.work("job:test") as unit:
        item = unit.session.scalars(select(Item).where(Item.number == number)).one()
        row = unit.session.scalars(select(Quote).where(Quote.item_id == item.id)).one()
        question = Question(
            origin=Somewhere(commune_id=item.origin_point.commune_id),
            destination=Somewhere(commune_id=item.commune_id),
            weight_g=item.weight_g,
            payer=Payer(item.payer),
            agency_fee=item.agency_fee,
            options=frozenset(item.options),
        )
        charged = row.document
    assert priced(wiring, question).quote.as_json() == charged


@pytest.mark.usefixtures("town")
def test_each_way_is_the_price_that_its_own_question_gets(wiring: Wiring) -> None:
    """The table of waivers may promise nothing that the price would not keep."""
    found = priced(wiring, replace(QUESTION, agency_fee=100_000, options=frozenset({"hand_to_addressee"})))
    for way in found.ways:
        kinds = frozenset({way.waiver.kind}) if way.waiver else frozenset[str]()
        for counter, said in ((False, way.at_home), (True, way.at_counter)):
            options = {"hand_to_addressee", *(("counter_collection",) if counter else ())}
            own = replace(QUESTION, agency_fee=100_000, options=frozenset(options), waivers=kinds)
            assert priced(wiring, own).quote.owed_by(Payer.ADDRESSEE) == said
    assert found.ways[0].waiver is None
    assert len(found.ways) == 6


@pytest.mark.usefixtures("town")
def test_the_ways_do_not_depend_on_the_waiver_or_counter_already_chosen(wiring: Wiring) -> None:
    """The table compares; it must not move when one of its rows is chosen."""
    chosen = replace(QUESTION, waivers=frozenset({"elderly"}), options=frozenset({"counter_collection"}))
    assert priced(wiring, chosen).ways == priced(wiring, QUESTION).ways


@pytest.mark.usefixtures("town")
def test_a_remote_commune_is_known_by_its_address(wiring: Wiring) -> None:
    """Its surcharge and its waiver both stand in the lines, without anybody claiming them."""
    found = priced(wiring, replace(QUESTION, destination=Somewhere(text="Côn Đảo, Bà Rịa - Vũng Tàu")))
    assert found.zone is Zone.SAME_PROVINCE
    assert [line.code for line in found.quote.lines][1:] == [
        "surcharge.remote",
        "waiver.remote_commune.surcharge",
        "borne.remote_commune.surcharge",
    ]


@pytest.mark.usefixtures("town")
def test_an_id_settles_only_what_its_text_leaves_open(wiring: Wiring) -> None:
    """An id of another place, left over in a form, must not win over the words."""
    with wiring.work("job:test") as unit:
        other = unit.session.scalars(select(Commune.id).where(Commune.name == "Phường Sài Gòn")).one()
    mixed = Somewhere(text="phường Tân Định, quận 1, TP HCM", commune_id=other)
    found = answer(wiring, replace(QUESTION, destination=mixed)).destination.spot
    assert found is not None
    assert found.name == "Phường Tân Định"
    unclear = Somewhere(text="xã Tân Phú", commune_id=other)
    assert answer(wiring, replace(QUESTION, destination=unclear)).destination.spot is None


@pytest.mark.usefixtures("town")
def test_both_unclear_places_are_asked_about_at_once(wiring: Wiring) -> None:
    """One question less to send."""
    unclear = replace(QUESTION, origin=Somewhere(text="xã Tân Phú"), destination=Somewhere(text="xã Tân Thành"))
    found = answer(wiring, unclear)
    assert len(found.origin.candidates) > 1
    assert len(found.destination.candidates) > 1
    assert found.priced is None


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("question", "code", "pointer"),
    [
        (replace(QUESTION, origin=Somewhere()), "place-missing", "/origin"),
        (replace(QUESTION, origin=Somewhere(text="  ")), "place-missing", "/origin"),
        (replace(QUESTION, origin=Somewhere(commune_id=-1)), "commune-unknown", "/origin/commune"),
        (replace(QUESTION, destination=Somewhere(text="qwerty")), "place-unknown", "/destination/text"),
        (replace(QUESTION, destination=Somewhere(text="Hà Nội")), "place-too-wide", "/destination/text"),
        (replace(QUESTION, weight_g=0), "amounts-impossible", "/weight_g"),
        (replace(QUESTION, agency_fee=-1), "amounts-impossible", ""),
        (replace(QUESTION, weight_g=5_001), "too-heavy", "/weight_g"),
        (replace(QUESTION, day=date(2026, 11, 29)), "day-gone-by", "/day"),
        (replace(QUESTION, waivers=frozenset({"rich"})), "unknown-waiver", "/waivers"),
    ],
    ids=lambda value: value if isinstance(value, str) and value and "/" not in value else "",
)
def test_what_has_no_price_is_refused_at_its_culprit_in_both_languages(
    wiring: Wiring, question: Question, code: str, pointer: str
) -> None:
    """A page and a program show the same sentence, each at its own field."""
    with pytest.raises(Invalid) as caught:
        answer(wiring, question)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)
    assert caught.value.vi
    assert caught.value.en


@pytest.mark.usefixtures("town")
def test_without_a_book_the_day_is_what_is_wrong(wiring: Wiring) -> None:
    """An installation that has published nothing says so."""
    matcher = wiring.matcher
    with wiring.work("job:test") as unit, pytest.raises(Invalid) as caught:
        ask(unit, (), matcher, QUESTION)
    assert (caught.value.code, caught.value.pointer) == ("no-tariff-book", "/day")


@pytest.mark.usefixtures("town")
def test_nothing_is_stored(wiring: Wiring) -> None:
    """Who asks leaves no trace: not the question, not the places."""
    answer(wiring, QUESTION)
    with wiring.work("job:test") as unit:
        assert unit.session.scalar(select(func.count()).select_from(Quote)) == 0
        assert unit.session.scalar(select(func.count()).select_from(Item)) == 0


@pytest.mark.usefixtures("town")
def test_the_open_books_are_the_one_in_force_and_those_to_come(wiring: Wiring) -> None:
    """A book that has ended prices nothing new."""
    first, second = books = wiring.books
    turn = second.in_force_from
    assert open_books(books, turn - timedelta(days=1)) == books
    assert open_books(books, turn) == (second,)
    assert open_books(tuple(reversed(books)), first.in_force_from - timedelta(days=1)) == books
    assert open_books((), turn) == ()


@pytest.mark.usefixtures("town")
def test_both_ways_take_no_more_than_either_way(wiring: Wiring) -> None:
    """An envelope that one of the two services refuses cannot go both ways."""
    book: Book = wiring.books[0]
    assert heaviest(book, Service.BOTH_WAYS) == min(table.further.up_to_g for table in book.services.values())
