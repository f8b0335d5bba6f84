"""The equity account: who was relieved, who paid, published once and telling of nobody."""

from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import ProgrammingError

from delivery import jobs
from delivery.errors import Refused
from delivery.money import equity
from delivery.money.charging import estimate, freeze
from delivery.money.correcting import correct
from delivery.money.editions import OTHER, REMOTE, Edition, Figure
from delivery.store.agencies import World, WorldKind
from delivery.store.communes import Commune
from delivery.store.equity import EquityMonth
from delivery.store.items import Item
from delivery.store.ledger import Account, Posting
from delivery.store.money import CorrectionReason, WaiverSeen
from delivery.store.work import Work
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.factories import HCMC, Town

NOVEMBER = date(2026, 11, 1)


def priced(
    unit: Work, town: Town, wiring: Wiring, count: int, waiver: str | None, *, first: int = 1, commune: str = "sai_gon"
) -> Sequence[Item]:
    """Items whose price is frozen today, under a relief that their agency asserts."""
    made = made_items(unit, town, count, first=first, commune=commune)
    for item in made:
        item.waivers = [waiver] if waiver else []
        freeze(unit, item, wiring.books)
    unit.session.flush()
    return made


def test_a_person_counts_once_a_month_and_their_money_each_time(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """People, not envelopes: else one who asks often would hide behind themselves as ten."""
    with wiring.work("job:test") as unit:
        first, second, third = priced(unit, town, wiring, 3, "poor_household")
        second.addressee.phone_index = first.addressee.phone_index
        third.addressee.phone_index = None
    clock.forward(days=1)
    with wiring.work("job:test") as unit:
        counted = equity.account(unit, NOVEMBER)
        subsidy = sum(p.amount for p in unit.session.query(Posting).where(Posting.debit == Account.SUBSIDY))
    home = (HCMC, "poor_household", OTHER, "subsidy")
    assert counted.people == {home: 2}
    assert counted.dong == {home: subsidy}
    assert subsidy > 0


def test_a_second_relief_in_the_month_leaves_the_person_at_home_and_the_money_where_it_was_granted(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """Who counted in two cells would make the cells add up to more people than there are."""
    with wiring.work("job:test") as unit:
        (first,) = priced(unit, town, wiring, 1, "poor_household")
    clock.forward(hours=1)
    with wiring.work("job:test") as unit:
        (second,) = priced(unit, town, wiring, 1, "elderly", first=2)
        second.addressee.phone_index = unit.session.get_one(Item, first.id).addressee.phone_index
    clock.forward(days=1)
    with wiring.work("job:test") as unit:
        counted = equity.account(unit, NOVEMBER)
    assert counted.people == {
        (HCMC, "poor_household", OTHER, "subsidy"): 1,
        (HCMC, "elderly", OTHER, "agency"): 0,
    }
    assert all(dong > 0 for dong in counted.dong.values())


def test_prices_count_as_they_stand_after_their_corrections(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """A paper seen at the counter is a relief like one that the agency asserted."""
    with wiring.work("job:test") as unit:
        (item,) = priced(unit, town, wiring, 1, None)
        login = "clerk.sg"
        unit.session.add(WaiverSeen(item_id=item.id, kind="person_with_merit", staff_login=login, seen_at=unit.now))
        unit.session.flush()
        assert correct(unit, item, wiring.books, reason=CorrectionReason.WAIVER_SEEN) is not None
    clock.forward(days=1)
    with wiring.work("job:test") as unit:
        assert equity.account(unit, NOVEMBER).people == {(HCMC, "person_with_merit", OTHER, "subsidy"): 1}


def test_a_remote_commune_is_told_apart_and_its_surcharge_is_relieved_without_a_paper(
    wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """Whether people far away are reached is what the account is for."""
    with wiring.work("job:test") as unit:
        unit.session.get_one(Commune, town.communes["tan_dinh"]).remote = True
        unit.session.flush()
        priced(unit, town, wiring, 2, None, commune="tan_dinh")
    clock.forward(days=1)
    with wiring.work("job:test") as unit:
        assert equity.account(unit, NOVEMBER).people == {(HCMC, "remote_commune", REMOTE, "subsidy"): 2}


def test_estimates_other_worlds_and_other_months_do_not_count(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """The account is of what was granted, to people who exist."""
    with wiring.work("job:test") as unit:
        test_world = unit.session.query(World).where(World.kind == WorldKind.TEST).first()
        assert test_world is not None
        (guessed,) = made_items(unit, town, 1)
        guessed.waivers = ["poor_household"]
        estimate(unit, guessed, wiring.books)
    with wiring.work("job:test", test_world.id) as unit:
        priced(unit, town, wiring, 2, "poor_household", first=10)
    clock.forward(days=1)
    with wiring.work("job:test") as unit:
        priced(unit, town, wiring, 1, "poor_household", first=20)
        assert equity.account(unit, NOVEMBER).people == {}
    with wiring.work("job:test", test_world.id) as unit:
        assert sum(equity.account(unit, NOVEMBER).people.values()) == 2


def test_a_month_that_is_not_over_is_refused(wiring: Wiring, town: Town) -> None:
    """Two editions of one month could be subtracted."""
    with wiring.work("job:test") as unit:
        for month in (NOVEMBER, date(2026, 10, 5)):
            with pytest.raises(Refused, match="over"):
                equity.account(unit, month)


@pytest.fixture
def november(wiring: Wiring, town: Town, clock: HandClock) -> Edition:
    """A month of 12 poor people, 11 elderly ones and 3 persons with merit; it is over and published."""
    with wiring.work("job:test") as unit:
        priced(unit, town, wiring, 12, "poor_household")
        priced(unit, town, wiring, 11, "elderly", first=101)
        priced(unit, town, wiring, 3, "person_with_merit", first=201)
    clock.forward(days=1)
    assert jobs.run(wiring, "equity") == 1
    with wiring.work("job:test") as unit:
        found = equity.read(unit, NOVEMBER)
        assert found is not None
        return found


def test_an_edition_shows_who_paid_and_hides_the_few(november: Edition) -> None:
    """Three people with merit in one city in one month are three neighbours."""
    total = november.at()
    assert total is not None
    assert total.people == 26
    assert november.at(kind="person_with_merit") is None
    shown = [figure for figure in november.figures.values() if figure]
    assert all(figure.people >= equity.LEAST for figure in shown)
    paid = [november.at(bearer=bearer) for bearer in november.bearers]
    assert sum(figure.dong or 0 for figure in paid if figure) in (0, total.dong)


def test_money_stands_where_one_property_is_told_and_never_where_two_cross(november: Edition) -> None:
    """Two hidden kinds of a province would be two unknowns, and people and money two equations."""
    for cell, figure in november.figures.items():
        if figure:
            assert (figure.dong is None) == (sum(value is not None for value in cell) > 1)


def test_an_edition_is_kept_exactly(november: Edition) -> None:
    """What was published is what is read, to the last byte of its digest."""
    again = Edition.from_json(november.as_json())
    assert again == november
    assert again.digest == november.digest


def test_a_month_is_published_once_and_what_happens_later_is_in_no_edition(
    wiring: Wiring, town: Town, november: Edition, clock: HandClock
) -> None:
    """The difference of two editions is the one person who was added."""
    with wiring.work("job:test") as unit:
        item = unit.session.query(Item).where(Item.agency_reference == "ref-201").one()
        item.waivers = []
        assert correct(unit, item, wiring.books, reason=CorrectionReason.PRICE_ERROR) is not None
    clock.forward(hours=2)
    assert jobs.run(wiring, "equity") == 0
    with wiring.work("job:test") as unit:
        assert not equity.publish(unit, NOVEMBER)
        assert equity.read(unit, NOVEMBER) == november
        assert equity.months(unit) == [NOVEMBER]


def test_the_application_cannot_change_an_edition(wiring: Wiring, november: Edition) -> None:
    """Not even by mistake."""
    assert november.month == NOVEMBER
    for statement in (update(EquityMonth).values(digest="x"), text("DELETE FROM equity_months")):
        with pytest.raises(ProgrammingError), wiring.work("job:test") as unit:
            unit.session.execute(statement)


def test_missed_months_are_published_together(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """A worker that stood still over New Year catches up, and a month of nobody says so."""
    assert jobs.run(wiring, "equity") == 0
    with wiring.work("job:test") as unit:
        priced(unit, town, wiring, 12, "poor_household")
    clock.forward(days=70)
    assert jobs.run(wiring, "equity") == 3
    with wiring.work("job:test") as unit:
        assert equity.months(unit) == [date(2027, 1, 1), date(2026, 12, 1), NOVEMBER]
        empty = equity.read(unit, date(2026, 12, 1))
    assert empty is not None
    assert set(empty.figures.values()) == {None}
    assert [kind.code for kind in empty.kinds][:1] == ["poor_household"]


def test_an_edition_that_shows_few_people_cannot_be_built() -> None:
    """The last door, whoever calls."""
    with pytest.raises(ValueError, match="9 people, under 10"):
        Edition(
            month=NOVEMBER,
            least=10,
            width=9,
            kinds=(),
            provinces=(),
            figures={(None, None, None, None): Figure(people=9, dong=0)},
        )


@pytest.mark.parametrize("document", [{}, {"month": 5}, {"month": "2026-11", "least": "10"}])
def test_what_is_no_edition_is_refused(document: dict[str, object]) -> None:
    """A row that cannot be read is told as such."""
    with pytest.raises(ValueError, match="no equity account"):
        Edition.from_json(document)
