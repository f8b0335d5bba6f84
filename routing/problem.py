"""One office's day as values: stops, couriers, weights, what is locked. Checked when built.

Times are whole seconds since local midnight of the day; durations and costs are
whole seconds too. A cost is "worth so many seconds of a courier's driving".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

import numpy as np

from routing.matrix import Matrix

DAY: Final = 86_400
LATEST: Final = 2 * DAY
"""No time of a plan may lie beyond the end of the following day: shifts over midnight fit, typing errors do not."""


class Kind(StrEnum):
    """What is done at a stop, seen from the courier's bag."""

    DELIVERY = "delivery"
    """One household; its items leave the office with the courier."""
    PICKUP = "pickup"
    """An agency's hand-over point; its results come back to the office."""
    RETURN = "return"
    """Items that go back to an agency; they leave the office with the courier."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A time span in which service may *start*, both ends included."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens <= self.closes <= LATEST:
            raise ValueError(f"Window {self.opens}–{self.closes} s does not run forward within the day and the next.")


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One halt of a courier. `place` is its row in the matrix.

    `windows` are hard (none: any time), sorted and apart. A stop is `mandatory`
    (last day of its clock), or leaving it for tomorrow costs `cost_of_leaving`.
    A start after `promised_by` is allowed and costs by the second. `couriers`
    names those who may serve it (None: all). `volume` is in items.
    """

    key: str
    place: int
    kind: Kind = Kind.DELIVERY
    service_seconds: int = 0
    windows: tuple[Window, ...] = ()
    mandatory: bool = True
    cost_of_leaving: int = 0
    promised_by: int | None = None
    couriers: frozenset[str] | None = None
    volume: int = 1

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("A stop needs a key.")
        # Written so that NaN, which compares false with everything, is refused too.
        if not (self.service_seconds >= 0 and self.volume >= 0):
            raise ValueError(f"Stop {self.key}: service time and volume cannot be below zero.")
        for before, after in zip(self.windows, self.windows[1:], strict=False):
            if after.opens <= before.closes:
                raise ValueError(f"Stop {self.key}: its windows overlap or are not in order.")
        if self.mandatory and self.cost_of_leaving:
            raise ValueError(f"Stop {self.key} is mandatory, so it has no cost of leaving it for tomorrow.")
        if not self.mandatory and not self.cost_of_leaving > 0:
            raise ValueError(f"Stop {self.key} is optional and costs nothing to leave: it would never be visited.")
        if self.promised_by is not None and not 0 <= self.promised_by <= LATEST:
            raise ValueError(f"Stop {self.key}: it cannot be promised by {self.promised_by} s.")

    @property
    def leaves_the_office(self) -> bool:
        """Whether its items are in the bag from the start (else they are in it from here to the end)."""
        return self.kind is not Kind.PICKUP


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """A rest of `seconds` that begins between `earliest` and `latest`, between two stops (on the way is allowed)."""

    earliest: int
    latest: int
    seconds: int

    def __post_init__(self) -> None:
        if not 0 <= self.earliest <= self.latest <= LATEST or not self.seconds > 0:
            raise ValueError(f"A break of {self.seconds} s from {self.earliest} to {self.latest} s makes no sense.")


@dataclass(frozen=True, kw_only=True)
class Courier:
    """Who drives: from `start` to `end` (places in the matrix), in the shift, at most `most_overtime` beyond it.

    `capacity` (items in the bag at any moment) and `most_stops`: None is no limit.
    `away` maps a stop's key to the cost of sending this courier out of the own
    area. `fixed_cost` is paid when the route has a stop. `own_matrix` is for one who
    moves otherwise than the rest (walks); it covers the same places.
    """

    key: str
    start: int
    end: int
    shift_start: int
    shift_end: int
    most_overtime: int = 0
    rest: Break | None = None
    capacity: int | None = None
    most_stops: int | None = None
    away: Mapping[str, int] = field(default_factory=dict)
    fixed_cost: int = 0
    overtime_cost: int = 2
    own_matrix: Matrix | None = None

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("A courier needs a key.")
        if not 0 <= self.shift_start <= self.shift_end <= LATEST:
            raise ValueError(
                f"Courier {self.key}: the shift {self.shift_start}–{self.shift_end} s does not run forward."
            )
        amounts = {
            "overtime": self.most_overtime,
            "capacity": self.capacity or 0,
            "number of stops": self.most_stops or 0,
            "fixed cost": self.fixed_cost,
            "overtime cost": self.overtime_cost,
            "cost away from the own area": min(self.away.values(), default=0),
        }
        for name, amount in amounts.items():
            if not amount >= 0:
                raise ValueError(f"Courier {self.key}: the {name} cannot be below zero.")
        if self.rest is not None and self.rest.latest < self.shift_start:
            raise ValueError(f"Courier {self.key}: the break must begin before the shift starts.")

    @property
    def must_end(self) -> int:
        """The last moment at which the route may end."""
        return self.shift_end + self.most_overtime

    def may_serve(self, stop: Stop) -> bool:
        """Whether the stop allows this courier."""
        return stop.couriers is None or self.key in stop.couriers


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """The prices of the objective, all in seconds of driving.

    travel, overtime, away: per second of it. late: per second after `promised_by`.
    imbalance: an hour of work above the fair share costs this many hours, two
    hours four times as much. mandatory: one mandatory stop left out; so dear that
    nothing else outweighs it.
    """

    travel: int = 1
    late: int = 1
    overtime: int = 1
    imbalance: int = 1
    away: int = 1
    mandatory: int = 1_000_000

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not 0 <= getattr(self, name) <= 10_000_000:
                raise ValueError(f"Weight {name}: {getattr(self, name)} is not between 0 and 10,000,000.")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A day to plan. `locks` maps a courier to the stops that the route must begin with, in this order."""

    matrix: Matrix
    stops: tuple[Stop, ...]
    couriers: tuple[Courier, ...]
    weights: Weights = field(default_factory=Weights)
    locks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, keys in (("stop", [s.key for s in self.stops]), ("courier", [c.key for c in self.couriers])):
            if len(set(keys)) != len(keys):
                raise ValueError(f"The {name} {next(key for key in keys if keys.count(key) > 1)} is there twice.")
        for stop in self.stops:
            self._check_place(f"Stop {stop.key}", stop.place)
        for courier in self.couriers:
            self._check_place(f"Courier {courier.key}", courier.start)
            self._check_place(f"Courier {courier.key}", courier.end)
            if courier.own_matrix is not None and courier.own_matrix.places != self.matrix.places:
                raise ValueError(f"Courier {courier.key}: the own matrix does not cover the same places.")
        self._check_locks()

    def _check_place(self, who: str, place: int) -> None:
        if not 0 <= place < self.matrix.places:
            raise ValueError(f"{who}: place {place} is not among the {self.matrix.places} of the matrix.")

    def _check_locks(self) -> None:
        seen: set[str] = set()
        for courier, keys in self.locks.items():
            if courier not in self.courier_named:
                raise ValueError(f"Stops are locked to courier {courier}, who is not on duty.")
            for key in keys:
                if key not in self.stop_named:
                    raise ValueError(f"Courier {courier}: the locked stop {key} is not in the problem.")
                if key in seen:
                    raise ValueError(f"The stop {key} is locked twice.")
                seen.add(key)

    @cached_property
    def stop_named(self) -> dict[str, Stop]:
        """Stops by key."""
        return {stop.key: stop for stop in self.stops}

    @cached_property
    def courier_named(self) -> dict[str, Courier]:
        """Couriers by key."""
        return {courier.key: courier for courier in self.couriers}

    def matrix_of(self, courier: Courier) -> Matrix:
        """The matrix this courier travels by."""
        return self.matrix if courier.own_matrix is None else courier.own_matrix

    def cost_of_leaving(self, stop: Stop) -> int:
        """What the objective charges when `stop` is not visited, in seconds."""
        return self.weights.mandatory if stop.mandatory else stop.cost_of_leaving

    @cached_property
    def fair_shares(self) -> dict[str, int]:
        """Each courier's fair share of the day's work (travel and service), in seconds, by length of shift.

        The day's work is estimated as service plus, for each stop, the mean of the
        legs to its two nearest neighbours: a property of the problem, so that one
        plan's balance does not depend on another plan.
        """
        shifts = {courier.key: courier.shift_end - courier.shift_start for courier in self.couriers}
        everything = sum(shifts.values())
        if not everything:
            return dict.fromkeys(shifts, 0)
        work = sum(stop.service_seconds for stop in self.stops) + self._travel_estimate()
        return {key: work * shift // everything for key, shift in shifts.items()}

    def _travel_estimate(self) -> int:
        if len(self.stops) < 3:
            return 0
        places = np.array([stop.place for stop in self.stops])
        legs = self.matrix.seconds[np.ix_(places, places)].copy()
        np.fill_diagonal(legs, np.iinfo(np.int32).max)
        return int(np.partition(legs, 1, axis=1)[:, :2].sum(dtype=np.int64)) // 2
