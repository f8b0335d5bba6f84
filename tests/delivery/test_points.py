"""Where addresses lie by all that the house knows: what teaches it, what a plan makes of that, what is forgotten."""

import json
import threading
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from delivery import acceptance, dispatch, jobs
from delivery.rules.policy import Receiver
from delivery.steps.failure import Evidence
from delivery.steps.points import KEPT, learn, located, spot_of, sweep_old
from delivery.store.address_book import HandOver, Street
from delivery.store.communes import Commune
from delivery.store.items import Item
from delivery.store.queries.due import due_items
from delivery.store.routes import Route
from delivery.store.work import Work
from delivery.vault import Person, Reason, Vault
from delivery.wiring import Wiring
from routing.geocoding import Located, Point, Source, metres
from routing.plan import timed
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.delivery.made_rounds import CLERK, Post
from tests.delivery.waiting import until_somebody_waits_for
from tests.factories import Town

TODAY = date(2026, 11, 30)
# Degrees from the middle of the ward, where its office stands.
DOOR = (0.004, 0.003)
STEP = 0.0006


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office."""
    return Post(wiring, town, clock)


def _at(post: Post, north: float = DOOR[0], east: float = DOOR[1], accuracy_m: float | None = 12.0) -> Evidence:
    with post.work(CLERK) as unit:
        ward = unit.session.get_one(Commune, post.town.communes["sai_gon"])
        return Evidence(location=(ward.lat + north, ward.lon + east), accuracy_m=accuracy_m)


def _living_at(post: Post, address: str, count: int = 1) -> list[str]:
    """Items on the shelf for one household, whose address came without a point: its house, if any, and its street."""
    with post.work(CLERK) as unit:
        items = made_items(unit, post.town, count, first=post.serial, household=address, located=False)
        post.serial += count
        for item in items:
            person = Person(name="Nguyễn Thị Đào", phone="+84912345678", address=address)
            street = address.partition(" ")[2] or None
            Vault.of(unit).put_address(
                item.addressee, person, commune_id=item.commune_id, street=street, has_door=address[0].isdigit()
            )
        numbers = [item.number for item in items]
    with post.work(CLERK) as unit:
        point = post.town.points["H29", "P1"]
        acceptance.accept(unit, post.wiring.books, point_id=point, numbers=numbers, office_id=post.office)
    return numbers


def _item(unit: Work, number: str) -> Item:
    return unit.session.scalars(select(Item).where(Item.number == number)).one()


def _planned(post: Post) -> UUID:
    """A plan of today, made as a worker makes it."""
    with post.work(CLERK) as unit:
        plan = dispatch.request_plan(unit, office_id=post.office, day=unit.today)
        plan_id = plan.id
    with post.work("job:solve_plans") as unit:
        dispatch.claim_plan(unit, lease=timedelta(minutes=1))
    with post.work("job:solve_plans") as unit:
        day = dispatch.problem_for(unit, office_id=post.office, day=unit.today)
    with post.work("job:solve_plans") as unit:
        everything = {day.problem.couriers[0].key: list(day.calls)}
        dispatch.accept_plan(unit, plan_id=plan_id, office_day=day, plan=timed(day.problem, everything))
    return plan_id


def _spots(post: Post) -> dict[str, Located]:
    """Where the next plan would put each household that is due, by its first number."""
    with post.work(CLERK) as unit:
        day = dispatch.problem_for(unit, office_id=post.office, day=unit.today)
    return {key: call.located for key, call in day.calls.items() if call.located is not None}


def _off(spot: Located, evidence: Evidence) -> float:
    assert evidence.location is not None
    lat, lon = evidence.location
    return metres(Point(lat=spot.lat, lon=spot.lon), Point(lat=lat, lon=lon))


def test_two_hand_overs_at_a_door_put_the_third_items_stop_there_until_those_people_are_erased(post: Post) -> None:
    """The whole life of what is learnt: reported, kept sealed, planned by, shown, and gone with the person."""
    door = _at(post)
    first, second = _living_at(post, "12 Lê Lợi", 2)
    before = _spots(post)[first]
    assert (before.source, before.accuracy_m > 500) == (Source.COMMUNE, True)
    post.go_out([first])
    post.hand_over(first, evidence=_at(post, DOOR[0] + 0.0001))
    post.clock.forward(days=1)
    post.go_out([second])
    post.hand_over(second, evidence=_at(post, DOOR[0] - 0.0001))
    (third,) = _living_at(post, "12 Lê Lợi")
    (neighbour,) = _living_at(post, "14 Nguyễn Huệ")
    post.clock.forward(days=1)
    plan_id = _planned(post)
    with post.work(CLERK) as unit:
        (route,) = unit.session.scalars(select(Route).where(Route.plan_id == plan_id))
        stops = {stop.items[0].item.number: stop for stop in route.stops}
        assert (stops[third].source, stops[third].hand_overs, stops[neighbour].source) == ("address_book", 2, "commune")
        assert stops[third].accuracy_m == 20.0
        spot = spot_of(unit, stops[third], reason=Reason.DELIVERY)
        assert spot is not None
        assert _off(spot, door) < 1
        kept = b"".join(row.point for row in unit.session.scalars(select(HandOver)))
        assert str(round(spot.lat, 3)).encode() not in kept + (stops[third].point or b"")
    with post.work("job:erase") as unit:
        for number in (first, third):
            Vault.of(unit).erase(_item(unit, number).addressee.subject)
    with post.work(CLERK) as unit:
        assert unit.session.scalars(select(HandOver.item_id)).all() == [_item(unit, second).id]
        (route,) = unit.session.scalars(select(Route).where(Route.plan_id == plan_id))
        assert all(spot_of(unit, s, reason=Reason.PLAN) is None for s in route.stops if s.source == "address_book")
    assert _spots(post)[third].source is Source.COMMUNE, "the erased person's key leads to no neighbour's memory"
    (fourth,) = _living_at(post, "12 Lê Lợi")
    assert (_spots(post)[fourth].source, _spots(post)[fourth].accuracy_m) == (Source.ADDRESS_BOOK, 50.0)


def test_only_a_hand_over_at_the_door_teaches_and_only_once(post: Post) -> None:
    """A wrong memory sends every later courier astray; a report sent twice is one report."""
    (number,) = _living_at(post, "12 Lê Lợi")
    lessons: Sequence[tuple[Receiver, Evidence]] = [
        (Receiver.ADDRESSEE, Evidence(called=True)),
        (Receiver.ADDRESSEE, _at(post, accuracy_m=450.0)),
        (Receiver.AUTHORISED, _at(post)),
        (Receiver.ADDRESSEE, _at(post, 0.0001, 0.0)),
        (Receiver.ADDRESSEE, _at(post, 0.9, 0.0)),
    ]
    with post.work("staff:courier") as unit:
        item = _item(unit, number)
        taught = [learn(unit, item, receiver=who, evidence=seen, day=TODAY) for who, seen in lessons]
        assert taught == [False] * 5, "no place, a bad fix, another's hands, the office's gate, another town"
        assert learn(unit, item, receiver=Receiver.HOUSEHOLD, evidence=_at(post), day=TODAY)
        assert not learn(unit, item, receiver=Receiver.ADDRESSEE, evidence=_at(post, 0.006), day=TODAY)
    with post.work(CLERK) as unit:
        assert unit.session.scalar(select(func.count()).select_from(HandOver)) == 1


def test_a_household_keeps_its_last_hand_overs_and_a_street_its_squares_until_they_are_old(post: Post) -> None:
    """A median needs no diary; and what is older than two years is not believed, so it is not kept."""
    numbers = _living_at(post, "12 Lê Lợi", KEPT + 2)
    with post.work("staff:courier") as unit:
        for n, number in enumerate(numbers):
            seen = _at(post, DOOR[0] + n % 4 * STEP)
            day = TODAY - timedelta(days=n)
            assert learn(unit, _item(unit, number), receiver=Receiver.ADDRESSEE, evidence=seen, day=day)
    (neighbour,) = _living_at(post, "300 Lê Lợi")
    found = _spots(post)[neighbour]
    assert (found.source, found.accuracy_m) == (Source.STREET, 150.0)
    assert _off(found, _at(post)) < 200
    with post.work(CLERK) as unit:
        assert unit.session.scalar(select(func.count()).select_from(HandOver)) == KEPT
    post.clock.forward(days=731)
    assert jobs.JOBS["forget_doors"](post.wiring) == KEPT
    with post.work(CLERK) as unit:
        assert unit.session.scalars(select(Street)).all() == []
        household = due_items(unit, post.office, unit.now)[:1]
        assert located(unit, [household])[0].source is Source.COMMUNE


def test_three_items_in_one_visit_are_one_proof_and_a_hamlets_are_none(post: Post) -> None:
    """One bad fix must not look like three that agree; and where forty families share an address, no door is theirs."""
    (*three, fourth), (family, other) = _living_at(post, "12 Lê Lợi", 4), _living_at(post, "Ấp 3", 2)
    post.go_out([*three, family])
    for number in (*three, family):
        post.hand_over(number, evidence=_at(post))
    found = _spots(post)
    assert (found[fourth].hand_overs, found[fourth].accuracy_m) == (1, 50.0)
    assert found[other].source is Source.COMMUNE
    with post.work("job:erase") as unit:
        Vault.of(unit).erase(_item(unit, three[-1]).addressee.subject)
    assert _spots(post)[fourth].source is Source.ADDRESS_BOOK, "Whoever else received there keeps their own."


def test_nothing_is_learnt_of_who_was_erased_meanwhile(post: Post) -> None:
    """A report that had begun would keep the household's key, which leads to those who still live there."""
    (number,) = _living_at(post, "12 Lê Lợi")
    seen = _at(post)
    with post.work("staff:courier") as unit:
        item = _item(unit, number)
        assert item.addressee.subject.wrapped_key is not None
        with post.work("job:erase") as other:
            Vault.of(other).erase(_item(other, number).addressee.subject)
        assert not learn(unit, item, receiver=Receiver.ADDRESSEE, evidence=seen, day=TODAY)


def test_a_street_that_is_walked_again_outlives_the_sweep_but_its_old_squares_do_not(post: Post) -> None:
    """The sweep has chosen it, and waits for the courier's report; what that adds is two years younger."""
    numbers = [_living_at(post, f"{house} Lê Lợi")[0] for house in (1, 3, 5, 7)]
    places = [_at(post, DOOR[0] + n * STEP) for n in range(4)]
    with post.work("staff:courier") as unit:
        for number, seen in zip(numbers[:3], places, strict=False):
            assert learn(unit, _item(unit, number), receiver=Receiver.ADDRESSEE, evidence=seen, day=TODAY)
    post.clock.forward(days=731)
    assert _spots(post)[numbers[3]].source is Source.COMMUNE, "Nobody believes squares of two years ago."
    swept: list[int] = []

    def sweep() -> None:
        with post.work("job:forget_doors") as unit:
            swept.append(sweep_old(unit, 100))

    sweeper = threading.Thread(target=sweep)
    with post.work("staff:courier") as unit:
        item = _item(unit, numbers[3])
        assert learn(unit, item, receiver=Receiver.ADDRESSEE, evidence=places[3], day=unit.today)
        sweeper.start()
        until_somebody_waits_for(unit)
    sweeper.join()
    with post.work(CLERK) as unit:
        (street,) = unit.session.scalars(select(Street))
        assert (swept, street.last_day) == ([3], unit.today)
        place = f"{street.world_id}:{street.street_key.hex()}"
        kept = json.loads(Vault.of(unit).open_apart("streets.squares", place, street.squares or b""))
        assert [last for _, _, last in kept] == [unit.today.isoformat()]


def test_a_door_that_couriers_know_supports_a_visit_where_the_agency_gave_no_point(post: Post) -> None:
    """Whoever stood at the very door must not be asked for a photo because an agency left its point out."""
    first, second, third = _living_at(post, "12 Lê Lợi", 3)
    post.go_out([first, second, third])
    unknown, _ = post.fail(first, evidence=_at(post))
    post.hand_over(second, evidence=_at(post))
    known, _ = post.fail(third, evidence=_at(post, DOOR[0] + 0.0003))
    assert (unknown.weak, known.weak) == (True, False)


def test_two_couriers_on_one_street_lose_nothing_of_each_other(post: Post) -> None:
    """The second waits for the first, and adds to what it wrote."""
    numbers = [_living_at(post, f"{house} Lê Lợi")[0] for house in (1, 3, 5)]
    places = [_at(post, DOOR[0] + n * STEP) for n in range(3)]

    def report(n: int) -> None:
        with post.work("staff:courier") as unit:
            learn(unit, _item(unit, numbers[n]), receiver=Receiver.ADDRESSEE, evidence=places[n], day=TODAY)

    others = [threading.Thread(target=report, args=(n,)) for n in (1, 2)]
    with post.work("staff:courier") as unit:
        learn(unit, _item(unit, numbers[0]), receiver=Receiver.ADDRESSEE, evidence=places[0], day=TODAY)
        for other in others:
            other.start()
    for other in others:
        other.join()
    (fourth,) = _living_at(post, "7 Lê Lợi")
    found = _spots(post)[fourth]
    assert found.source is Source.STREET
    assert _off(found, places[1]) < 60
