"""Recorded routes teach what is true, whoever else reports nonsense, and nothing beyond what is believable."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from routing.agreement import agreement, stretches
from routing.learning import (
    DOOR_LIMITS,
    FURTHER_LIMITS,
    PACE_LIMITS,
    SPEED_LIMITS,
    STANDARD_SERVICE,
    WAY_LIMITS,
    Fit,
    Learned,
    Leg,
    Pair,
    Seen,
    Service,
    fit,
    learn,
    speeds_there,
)
from routing.matrix import STANDARD, VEHICLES, HalfDay
from tests.routing.recorded import FIRST_DAY, Truth, driven

MORNING: Pair = ("motorbike", HalfDay.MORNING)

any_leg = st.builds(
    Leg,
    vehicle=st.sampled_from(VEHICLES),
    half_day=st.sampled_from(HalfDay),
    courier=st.sampled_from("AB"),
    day=st.dates(FIRST_DAY, FIRST_DAY + timedelta(60)),
    metres=st.integers(0, 30_000),
    items=st.integers(1, 40),
    planned=st.integers(0, 10_000),
    observed=st.integers(0, 40_000),
)


def _fitted(legs: list[Leg]) -> Fit:
    found = fit(legs)
    assert found is not None
    return found


def _km_h(learned: Learned) -> float:
    return learned.vehicles[MORNING].metres_per_second * 3.6


@settings(max_examples=12, deadline=None)
@given(km_h=st.floats(9, 38), door=st.floats(60, 420), further=st.floats(10, 90), seed=st.integers(0, 10_000))
@example(km_h=33.0, door=215.0, further=29.0, seed=1353)
@example(km_h=38.0, door=420.0, further=29.0, seed=0)
@example(km_h=9.0, door=420.0, further=90.0, seed=0)
def test_the_truth_is_found_though_every_fifth_leg_is_nonsense(
    km_h: float, door: float, further: float, seed: int
) -> None:
    """Couriers rest, forget to report and report three doors at once.

    Six couriers' eight weeks: where doors take long and ways are short, the 480 mornings' legs of one courier tell a
    speed to no better than 9 % (one standard deviation, by Fisher's information), whoever asks them.
    """
    together = tuple((courier, 1.0) for courier in "ABCDEF")
    truth = Truth(km_h=km_h, door=door, further=further, slower=together)
    found = _fitted(driven(truth, days=56, legs_a_day=40, seed=seed))
    assert 3.6 / found.paces[MORNING].seconds_per_metre == pytest.approx(km_h, rel=0.15)
    assert found.door == pytest.approx(door, rel=0.12, abs=30)
    assert found.further == pytest.approx(further, abs=25)


def test_three_doors_reported_at_once_make_no_office_fast_though_three_legs_in_ten_are_such() -> None:
    """A leg can be too long by any time, too short only by all of it: the difference alone hides the short ones."""
    legs = driven(Truth(km_h=15, door=240), odd=0)
    hasty = [replace(leg, observed=leg.observed * 15 // 100) if n % 10 < 3 else leg for n, leg in enumerate(legs)]
    found = _fitted(hasty)
    assert 3.6 / found.paces[MORNING].seconds_per_metre == pytest.approx(15, rel=0.15)
    assert found.door == pytest.approx(240, rel=0.12)


@settings(max_examples=25, deadline=None)
@given(st.lists(any_leg, max_size=40), st.randoms(use_true_random=False))
def test_nothing_learned_depends_on_the_order_or_leaves_its_bounds(legs: list[Leg], shuffled: random.Random) -> None:
    """Whatever phones report: the next plan has speeds and times that a person could have."""
    other = list(legs)
    shuffled.shuffle(other)
    found = fit(legs)
    assert fit(other) == found
    learned = learn({7: found} if found else {})
    for (vehicle, _), speed in learned.vehicles.items():
        least, most = SPEED_LIMITS[vehicle]
        assert least <= speed.metres_per_second <= most
    for place in (*learned.communes.values(), *learned.couriers.values()):
        assert WAY_LIMITS[0] <= place.way <= WAY_LIMITS[1]
        assert DOOR_LIMITS[0] <= place.service.door <= DOOR_LIMITS[1]
        assert FURTHER_LIMITS[0] <= place.service.further <= FURTHER_LIMITS[1]
        for pace in PACE_LIMITS:
            known = {pair: speed.metres_per_second for pair, speed in learned.vehicles.items()}
            for (vehicle, _), profile in speeds_there(known, way=place.way, pace=pace).profiles.items():
                least, most = SPEED_LIMITS[vehicle]
                assert least <= profile.metres_per_second <= most


def test_without_records_everything_is_the_standard() -> None:
    """A new office plans as all did before."""
    assert fit([]) is None
    assert learn({}) == Learned(vehicles={}, communes={}, couriers={})
    assert speeds_there({}) is STANDARD
    assert STANDARD_SERVICE.of(3) == 210


def test_one_day_hardly_moves_anything_and_forty_nearly_all_the_way() -> None:
    """A day of rain must not make a slow commune."""
    slow = driven(Truth(km_h=10, door=300))
    one = learn({1: _fitted([leg for leg in slow if leg.day == FIRST_DAY])})
    all_of_them = learn({1: _fitted(slow)})
    assert 17 < _km_h(one) < 20
    assert 150 < one.communes[1].service.door < 190
    assert 9 < _km_h(all_of_them) < 12
    assert 270 < all_of_them.communes[1].service.door < 310
    assert Seen(legs=1_000, days=1).weight == pytest.approx(1 / 6)
    assert Seen(legs=4, days=10).weight < 0.1, "ten days of no legs are no ten days"


def test_one_odd_commune_keeps_its_oddness_to_itself() -> None:
    """Mountains slow one office down, not the country."""
    usual = {key: _fitted(driven(Truth(), seed=key)) for key in range(1, 5)}
    learned = learn({**usual, 9: _fitted(driven(Truth(km_h=9), seed=9))})
    assert _km_h(learned) == pytest.approx(20, rel=0.1)
    assert learned.communes[9].way > 1.6
    assert all(abs(learned.communes[key].way - 1) < 0.15 for key in usual)


def test_a_couriers_own_pace_is_against_the_office_and_takes_the_doors_along() -> None:
    """Who is slower gets a smaller day; who works alone is the office, and has no pace of the own."""
    both = _fitted(driven(Truth(slower=(("A", 1.0), ("B", 1.6)))))
    couriers = learn({1: both}).couriers
    assert couriers["A"].way < 0.92
    assert couriers["B"].way > 1.12
    alone = learn({1: _fitted(driven(Truth(km_h=12)))}).couriers
    assert alone["A"].way == pytest.approx(1, abs=0.02)
    at_doors = [
        replace(leg, observed=leg.observed + 120) if leg.courier == "B" else leg
        for leg in driven(Truth(slower=(("A", 1.0), ("B", 1.0))))
    ]
    own = learn({1: _fitted(at_doors)}).couriers
    assert own["B"].service.door > own["A"].service.door + 60
    assert own["B"].way > 1.1


def test_who_helps_out_elsewhere_is_known_by_where_most_was_seen() -> None:
    """A courier has one pace, however many offices were driven for."""
    long, short = driven(Truth(), days=30), driven(Truth(), days=3)
    assert learn({1: _fitted(short), 2: _fitted(long)}).couriers["A"].seen.days == 30


def test_two_reports_in_one_go_and_a_rest_tell_nothing() -> None:
    """They would make a door of a second, and one of half an hour."""
    leg = driven(Truth(), days=1, odd=0)[0]
    assert leg.tells
    assert not replace(leg, observed=5).tells
    assert not replace(leg, observed=leg.planned * 3 + 601).tells
    with pytest.raises(ValueError, match="0 items"):
        replace(leg, items=0)
    with pytest.raises(ValueError, match="20 s at a door"):
        Service(door=20, further=30)


def test_what_was_learned_brings_the_plan_nearer_to_days_it_has_not_seen() -> None:
    """Else it would only explain the past."""
    legs = driven(Truth(km_h=13, door=230, further=45))
    last = FIRST_DAY + timedelta(32)
    kept_out = stretches(1, (leg for leg in legs if leg.day >= last))
    apart = agreement(kept_out, learn({1: _fitted([leg for leg in legs if leg.day < last])}))
    assert apart is not None
    assert apart.stretches == 8
    assert apart.planned > 20
    assert apart.learned < apart.planned / 3
    assert agreement([], learn({})) is None
    before = agreement(kept_out, learn({}))
    assert before is not None
    assert before.learned == pytest.approx(before.planned, abs=0.3), "with nothing learned it is the standard's plan"
    assert {leg.day for leg in legs} >= {date(2026, 11, 2), last}


def test_a_vehicle_is_believed_by_its_own_days_and_by_nobody_elses() -> None:
    """A commune that a motorbike drove for weeks and somebody walked once knows nothing of walking yet."""
    ridden = driven(Truth(km_h=12), days=20)
    walked = [replace(leg, vehicle="walking") for leg in driven(Truth(km_h=3), days=1)]
    learned = learn({1: _fitted([*ridden, *walked])})
    assert learned.vehicles["walking", HalfDay.MORNING].seen.days == 1
    assert learned.vehicles[MORNING].seen.days == 20


def test_what_a_commune_adds_holds_for_the_speeds_that_were_learned_with_it() -> None:
    """Half as fast as the country's motorbikes says nothing of who walks there."""
    there = speeds_there({MORNING: 4.0}, way=2.0).profiles
    assert there[MORNING].metres_per_second == 2.0
    assert there["walking", HalfDay.MORNING] == STANDARD.profiles["walking", HalfDay.MORNING]
