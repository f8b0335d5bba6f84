"""How far plan and record are apart, and how far they would be with what was learned: on days kept out of learning."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from routing.learning import OWN_PACE, STANDARD_SERVICE, Learned, Leg, Pair, speeds_there
from routing.matrix import STANDARD, Speeds


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The legs of one courier's day, added up: reckoning is linear, so no leg need be kept.

    `metres` and `starts` (legs with a way, each of which parks once) are by vehicle and half-day.
    """

    commune: int
    courier: str
    planned: int
    observed: int
    calls: int
    further: int
    metres: Mapping[Pair, int]
    starts: Mapping[Pair, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """The median of the minutes by which record and plan differ on a courier's day: as planned, and as learned."""

    stretches: int
    planned: float
    learned: float


def stretches(commune: int, legs: Iterable[Leg]) -> list[Stretch]:
    """Add the legs that tell something up, by courier and day."""
    days: dict[tuple[str, date], list[Leg]] = defaultdict(list)
    for leg in legs:
        if leg.tells:
            days[leg.courier, leg.day].append(leg)
    return [_added(commune, courier, own) for (courier, _), own in sorted(days.items())]


def agreement(driven: Sequence[Stretch], learned: Learned, standard: Speeds = STANDARD) -> Agreement | None:
    """Compare; None when no day was kept out."""
    if not driven:
        return None
    return Agreement(
        stretches=len(driven),
        planned=median(abs(one.observed - one.planned) / 60 for one in driven),
        learned=median(abs(one.observed - reckoned(one, learned, standard)) / 60 for one in driven),
    )


def reckoned(one: Stretch, learned: Learned, standard: Speeds = STANDARD) -> float:
    """The seconds that a plan with what was learned would have given the stretch."""
    place, own = learned.communes.get(one.commune), learned.couriers.get(one.courier)
    pace = own.way if own is not None and abs(own.way - 1) > OWN_PACE else 1.0
    known = {pair: speed.metres_per_second for pair, speed in learned.vehicles.items()}
    speeds = speeds_there(known, way=place.way if place else 1.0, pace=pace, standard=standard)
    service = place.service if place else STANDARD_SERVICE
    way = sum(metres / speeds.profiles[pair].metres_per_second for pair, metres in one.metres.items())
    parked = sum(starts * speeds.profiles[pair].seconds_per_leg for pair, starts in one.starts.items())
    return way + parked + one.calls * service.door + one.further * service.further


def _added(commune: int, courier: str, legs: Sequence[Leg]) -> Stretch:
    pairs = {leg.pair for leg in legs}
    return Stretch(
        commune=commune,
        courier=courier,
        planned=sum(leg.planned for leg in legs),
        observed=sum(leg.observed for leg in legs),
        calls=len(legs),
        further=sum(leg.items - 1 for leg in legs),
        metres={pair: sum(leg.metres for leg in legs if leg.pair == pair) for pair in pairs},
        starts={pair: sum(leg.metres > 0 for leg in legs if leg.pair == pair) for pair in pairs},
    )
