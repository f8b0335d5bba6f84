"""Tariff books are published by two people, for days to come, one book a day."""

import threading
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select

from delivery.errors import Forbidden, Invalid, NotFound, Refused, Trouble
from delivery.money import publishing
from delivery.store.base import new_id
from delivery.store.tariffs import BookState, TariffBook
from delivery.store.work import Work
from delivery.wiring import Wiring
from tariffs import shelf
from tariffs.book import in_force
from tests.conftest import HandClock
from tests.factories import Town

SHIPPED = shelf.shipped_texts()["illustrative-2025-07.toml"]
NEW_YEAR, FEBRUARY = date(2027, 1, 1), date(2027, 2, 1)


def text(code: str = "illustrative-2027-02", day: date = FEBRUARY) -> str:
    """The first shipped book under another code, for another day."""
    changed = SHIPPED.replace('code = "illustrative-2025-07"', f'code = "{code}"')
    return changed.replace("in_force_from = 2025-07-01", f"in_force_from = {day}")


def by(wiring: Wiring, town: Town, login: str, act: Callable[[Work], TariffBook]) -> TariffBook:
    """Let a person act in a unit of work of their own."""
    with wiring.work(f"staff:{town.staff[login]}") as unit:
        return act(unit)


def proposed(wiring: Wiring, town: Town, given: str | None = None) -> TariffBook:
    """A proposal of the first administrator."""
    return by(wiring, town, "admin", lambda unit: publishing.propose(unit, given or text(), came_from="new.toml"))


def approved(wiring: Wiring, town: Town, book: TariffBook, login: str = "admin.2") -> TariffBook:
    """The book after another person's approval."""
    return by(wiring, town, login, lambda unit: publishing.approve(unit, book.id))


def withdrawn(wiring: Wiring, town: Town, book: TariffBook, why: str = "Sai giá") -> TariffBook:
    """The proposal after somebody took it back."""
    return by(wiring, town, "admin", lambda unit: publishing.withdraw(unit, book.id, why=why))


def asked_back(wiring: Wiring, town: Town, book: TariffBook, why: str = "Sai giá") -> TariffBook:
    """The published book after the first administrator asked for its withdrawal."""
    return by(wiring, town, "admin", lambda unit: publishing.ask_withdrawal(unit, book.id, why=why))


def confirmed(wiring: Wiring, town: Town, book: TariffBook, login: str = "admin.2") -> TariffBook:
    """The published book after another person confirmed its withdrawal."""
    return by(wiring, town, login, lambda unit: publishing.confirm_withdrawal(unit, book.id))


def code_of(refused: pytest.ExceptionInfo[Trouble]) -> str:
    """The stable code of what was refused."""
    return refused.value.code


def test_the_shipped_books_are_seeded_once(wiring: Wiring, town: Town) -> None:
    """Every set-up script runs twice some day."""
    with wiring.work("job:test") as unit:
        assert publishing.seed(unit) == 0
        rows = unit.session.scalars(select(TariffBook).order_by(TariffBook.in_force_from)).all()
        assert [(row.code, row.seed, row.state) for row in rows] == [
            ("illustrative-2025-07", True, BookState.PUBLISHED),
            ("illustrative-2027-01", True, BookState.PUBLISHED),
        ]
    assert wiring.books == shelf.shipped()


def test_a_seeded_book_that_was_withdrawn_does_not_come_back(wiring: Wiring, town: Town) -> None:
    """What people decided outlives the next release."""
    with wiring.work("job:test") as unit:
        second = unit.session.scalars(select(TariffBook).where(TariffBook.in_force_from == NEW_YEAR)).one()
    asked_back(wiring, town, second)
    confirmed(wiring, town, second)
    with wiring.work("job:test") as unit:
        assert publishing.seed(unit) == 0
    assert [book.code for book in wiring.books] == ["illustrative-2025-07"]


def test_a_database_without_books_prices_nothing_and_breaks_nothing(wiring: Wiring) -> None:
    """An installation that forgot to seed is told so where a price is asked for."""
    assert wiring.books == ()


def test_a_proposal_prices_nothing_until_another_person_approves_it(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """Two people change a tariff (contracts C36), and from its day on it is the price."""
    book = proposed(wiring, town)
    assert (book.state, book.came_from, book.label) == (BookState.PROPOSED, "new.toml", "illustrative")
    assert len(wiring.books) == 2
    published = approved(wiring, town, book)
    assert published.approved_by == f"staff:{town.staff['admin.2']}"
    assert [one.code for one in wiring.books][-1] == "illustrative-2027-02"
    assert in_force(wiring.books, FEBRUARY).code == "illustrative-2027-02"
    assert in_force(wiring.books, date(2027, 1, 31)).code == "illustrative-2027-01"


def test_nobody_approves_their_own_proposal(wiring: Wiring, town: Town) -> None:
    """One person with one mistake must not change every price."""
    book = proposed(wiring, town)
    with pytest.raises(Refused) as refused:
        approved(wiring, town, book, "admin")
    assert code_of(refused) == "tariff-needs-second-person"


@pytest.mark.parametrize("actor", ["job:tariffs", "client:live_h29main", "staff:nobody", f"staff:{UUID(int=7)}"])
def test_a_program_is_nobodys_second_person(wiring: Wiring, town: Town, actor: str) -> None:
    """Two pairs of eyes are people's."""
    with wiring.work(actor) as unit, pytest.raises(Forbidden):
        publishing.propose(unit, text(), came_from="new.toml")


@pytest.mark.parametrize("login", ["auditor", "manager.sg", "clerk.sg", "officer.H29"])
def test_only_administrators_publish(wiring: Wiring, town: Town, login: str) -> None:
    """The tariff is head office's."""
    book = proposed(wiring, town)
    with pytest.raises(Forbidden):
        approved(wiring, town, book, login)


@pytest.mark.parametrize("day", [date(2026, 11, 30), date(2026, 11, 1)])
def test_no_book_reaches_back(wiring: Wiring, town: Town, day: date) -> None:
    """What was sold today was sold at today's price; the clock stands at 30 November 2026."""
    with pytest.raises(Refused) as refused:
        proposed(wiring, town, text("back", day))
    assert code_of(refused) == "tariff-retroactive"


def test_a_proposal_whose_day_has_come_cannot_be_approved_any_more(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """It waited on a desk too long: it would reach back now."""
    book = proposed(wiring, town, text("tomorrow", date(2026, 12, 1)))
    clock.forward(days=1)
    with pytest.raises(Refused) as refused:
        approved(wiring, town, book)
    assert code_of(refused) == "tariff-retroactive"


def test_one_day_has_one_book_and_one_code_one_text(wiring: Wiring, town: Town) -> None:
    """A citizen has one price; a printed code means one book."""
    with pytest.raises(Refused) as refused:
        proposed(wiring, town, text("other", NEW_YEAR))
    assert code_of(refused) == "tariff-day-taken"
    with pytest.raises(Refused) as refused:
        proposed(wiring, town, text("illustrative-2025-07"))
    assert code_of(refused) == "tariff-code-taken"
    first, second = proposed(wiring, town, text("first")), proposed(wiring, town, text("second"))
    approved(wiring, town, first)
    with pytest.raises(Refused) as refused:
        approved(wiring, town, second)
    assert code_of(refused) == "tariff-day-taken"


def test_two_approvals_at_once_put_one_book_on_the_day(wiring: Wiring, town: Town) -> None:
    """Two people press the button for two books in the same second."""
    books = [proposed(wiring, town, text("first")), proposed(wiring, town, text("second"))]
    told: list[str] = []
    ready = threading.Barrier(2)

    def approve(book: TariffBook) -> None:
        try:
            with wiring.work(f"staff:{town.staff['admin.2']}") as unit:
                ready.wait(10)
                publishing.approve(unit, book.id)
            told.append("published")
        except Refused as refused:
            told.append(refused.code)

    threads = [threading.Thread(target=approve, args=(book,)) for book in books]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told) == ["published", "tariff-day-taken"]
    with wiring.work("job:test") as unit:
        on_the_day = select(func.count()).where(
            TariffBook.in_force_from == FEBRUARY, TariffBook.state == BookState.PUBLISHED
        )
        assert unit.session.scalar(on_the_day) == 1


def test_a_book_is_approved_once(wiring: Wiring, town: Town) -> None:
    """The second click finds it done."""
    book = proposed(wiring, town)
    approved(wiring, town, book)
    with pytest.raises(Refused) as refused:
        approved(wiring, town, book)
    assert code_of(refused) == "tariff-not-proposed"


def test_a_withdrawn_book_frees_its_code_and_day_and_keeps_its_reason(wiring: Wiring, town: Town) -> None:
    """The mended book takes the place of the wrong one."""
    wrong = approved(wiring, town, proposed(wiring, town))
    asked = asked_back(wiring, town, wrong, "  Sai giá\n vùng xa ")
    back = confirmed(wiring, town, asked)
    assert (back.state, back.why) == (BookState.WITHDRAWN, "Sai giá vùng xa")
    assert wrong.code not in [book.code for book in wiring.books]
    again = approved(wiring, town, proposed(wiring, town))
    assert again.code in [book.code for book in wiring.books]
    for act in (withdrawn, asked_back, confirmed):
        with pytest.raises(Refused) as refused:
            act(wiring, town, wrong)
        assert code_of(refused) == "tariff-withdrawn"


def test_nobody_withdraws_a_published_book_alone(wiring: Wiring, town: Town) -> None:
    """What two people promised the country, one cannot take back: it keeps making the prices until a second agrees."""
    book = approved(wiring, town, proposed(wiring, town))
    with pytest.raises(Refused) as refused:
        withdrawn(wiring, town, book)
    assert code_of(refused) == "tariff-published"
    with pytest.raises(Refused) as refused:
        confirmed(wiring, town, book)
    assert code_of(refused) == "tariff-withdrawal-not-asked"
    asked_back(wiring, town, book)
    with pytest.raises(Refused) as refused:
        confirmed(wiring, town, book, "admin")
    assert code_of(refused) == "tariff-needs-second-person"
    assert book.code in [one.code for one in wiring.books]
    with pytest.raises(Refused) as refused:
        asked_back(wiring, town, book)
    assert code_of(refused) == "tariff-withdrawal-asked"


def test_a_request_to_withdraw_may_be_dropped(wiring: Wiring, town: Town) -> None:
    """It was a mistake, or the second person disagrees; the book comes into force as published."""
    book = approved(wiring, town, proposed(wiring, town))
    asked_back(wiring, town, book)
    kept = by(wiring, town, "admin.2", lambda unit: publishing.drop_withdrawal(unit, book.id))
    assert (kept.state, kept.withdrawal_asked_by, kept.why) == (BookState.PUBLISHED, None, None)
    with pytest.raises(Refused) as refused:
        confirmed(wiring, town, book)
    assert code_of(refused) == "tariff-withdrawal-not-asked"


def test_a_proposal_is_taken_back_by_one_and_never_asked_about(wiring: Wiring, town: Town) -> None:
    """Nothing rests on it yet."""
    book = proposed(wiring, town)
    with pytest.raises(Refused) as refused:
        asked_back(wiring, town, book)
    assert code_of(refused) == "tariff-not-published"
    assert withdrawn(wiring, town, book).state is BookState.WITHDRAWN


def test_a_book_in_force_cannot_be_withdrawn(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """Prices rest on it: only a later book follows it, and a request that waited too long is void."""
    book = approved(wiring, town, proposed(wiring, town, text("tomorrow", date(2026, 12, 1))))
    asked_back(wiring, town, book)
    clock.forward(days=1)
    for act in (asked_back, confirmed):
        with pytest.raises(Refused) as refused:
            act(wiring, town, book)
        assert code_of(refused) == "tariff-in-force"


@pytest.mark.parametrize("why", ["", "  ", "x" * 501, "a\x00b"])
def test_a_withdrawal_needs_a_reason(wiring: Wiring, town: Town, why: str) -> None:
    """An auditor asks for it a year later."""
    book = proposed(wiring, town)
    with pytest.raises(Invalid):
        withdrawn(wiring, town, book, why)
    approved(wiring, town, book)
    with pytest.raises(Invalid):
        asked_back(wiring, town, book, why)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("x = ", "không phải TOML"),
        (text().replace("same_commune = 18000", "same_commune = 21000"), "vượt mức tối đa"),
        (text().replace('label = "illustrative"', 'label = "official"'), "nguồn đã xác nhận"),
        (text("Có Dấu"), "mã biểu cước"),
        (text("x" * 61), "mã biểu cước"),
        ("#" * (publishing.LARGEST_TEXT + 1), "ký tự"),
    ],
)
def test_what_the_shelf_does_not_take_is_no_proposal(wiring: Wiring, town: Town, given: str, words: str) -> None:
    """An official book stands on confirmed sources only; every mistake is named before a second person looks."""
    with pytest.raises(Invalid) as refused:
        proposed(wiring, town, given)
    assert refused.value.vi.startswith("new.toml: ")
    assert words in refused.value.vi


def test_an_unknown_book_is_not_found(wiring: Wiring, town: Town) -> None:
    """An old link."""
    with wiring.work(f"staff:{town.staff['admin']}") as unit, pytest.raises(NotFound):
        publishing.approve(unit, new_id())
