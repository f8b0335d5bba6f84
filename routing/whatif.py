"""What a change of a plan would cost, before anybody drives it: one stop moved, or two plans side by side.

Nothing is searched here and nothing decided: orders of stops go onto our clock, are priced by our objective, and
what comes of it is told in words. A dispatcher decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

from routing.insertion import clock_time, kept_locks
from routing.plan import Cost, Plan, Unplanned, cost, timed
from routing.problem import Courier, Problem, Stop
from routing.timing import Drive, Ill, Misfit, drive, soft_cost

NOTICED: Final = 900
"""Seconds by which a visit must move before it is worth telling anybody: people are told hours, not minutes."""
NOBODY: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One sentence, in Vietnamese and in English."""

    vi: str
    en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """The plan with one stop elsewhere, what that adds to each part of the cost (below zero: saves), and what is wrong.

    `position` counts from 0 in the courier's route. With faults the plan is only there to be looked at.
    """

    plan: Plan
    position: int
    difference: Cost
    faults: tuple[Words, ...]

    @property
    def fits(self) -> bool:
        """Whether the move may be made."""
        return not self.faults

    @property
    def words(self) -> tuple[Words, ...]:
        """What it costs, part by part; none when it costs nothing."""
        return explained(self.difference)


@dataclass(frozen=True, kw_only=True, slots=True)
class Switched:
    """A stop that another courier visits."""

    stop: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Retimed:
    """A visit that begins at another time: seconds of the day, more than `NOTICED` apart."""

    stop: str
    before: int
    after: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two plans of one problem, side by side. Empty when they say the same."""

    before: Cost
    after: Cost
    switched: tuple[Switched, ...]
    retimed: tuple[Retimed, ...]
    planned: tuple[str, ...]
    left: tuple[Unplanned, ...]

    @property
    def difference(self) -> Cost:
        """What the second costs more, part by part; below zero: it saves."""
        return less(self.after, self.before)

    @property
    def is_empty(self) -> bool:
        """Whether nobody would notice a difference."""
        return not (any_part(self.difference) or self.switched or self.retimed or self.planned or self.left)

    @property
    def words(self) -> tuple[Words, ...]:
        """The difference in sentences, what matters most first; none when it is empty."""
        told = [*explained(self.difference)]
        for count, vi, en in (
            (len(self.planned), "điểm mới xếp được", "newly planned"),
            (len(self.left), "điểm không còn trong tuyến", "no longer planned"),
            (len(self.switched), "điểm đổi bưu tá", "with another courier"),
            (len(self.retimed), "điểm đổi giờ quá 15 phút", "more than 15 min earlier or later"),
        ):
            if count:
                told.append(Words(vi=f"{count} {vi}", en=f"{count} {'stop' if count == 1 else 'stops'} {en}"))
        return tuple(told)


def less(after: Cost, before: Cost) -> Cost:
    """`after` − `before`, part by part."""
    return Cost(**{part.name: getattr(after, part.name) - getattr(before, part.name) for part in fields(Cost)})


def any_part(difference: Cost) -> bool:
    """Whether any part of a difference, the metres included, is not zero."""
    return any(getattr(difference, part.name) for part in fields(Cost))


_PARTS: Final = (
    ("travel", "đi đường", "driving"),
    ("late", "trễ hẹn", "lateness"),
    ("overtime", "ngoài giờ (đã nhân hệ số)", "overtime (as weighted)"),
    ("left", "để lại ngày sau", "left for another day"),
    ("imbalance", "chênh lệch tải", "imbalance"),
    ("away", "ngoài địa bàn", "away from the own area"),
    ("fixed", "mở thêm tuyến", "routes opened"),
)


def explained(difference: Cost) -> tuple[Words, ...]:
    """The parts of a difference that are not zero, in minutes of driving, each as a sentence's piece."""
    told = []
    for name, vi, en in _PARTS:
        seconds = getattr(difference, name)
        if seconds:
            minutes = signed_minutes(seconds)
            told.append(Words(vi=f"{vi} {minutes.replace('.', ',')} phút", en=f"{en} {minutes} min"))
    return tuple(told)


def signed_minutes(seconds: int) -> str:
    """Seconds as "+6", "−3" or "+0.4" minutes; under a minute with one decimal, so that nothing reads as zero."""
    minutes = abs(seconds) / 60
    digits = f"{minutes:.0f}" if minutes >= 1 else f"{max(minutes, 0.1):.1f}"
    return ("+" if seconds > 0 else "−") + digits


def cost_of_moving(
    problem: Problem,
    plan: Plan,
    stop: str,
    courier: str,
    position: int | None = None,
    *,
    names: Mapping[str, str] = NOBODY,
) -> Moved:
    """`plan` with `stop` at `position` of the courier's route, counted without the stop; None: where it costs least.

    An unplanned stop may be moved into a route too. What stands in the plan besides stays in its order. What does
    not fit is told in `faults`, with `names` of couriers in place of their keys; what was wrong before is not held
    against the move. Raises ValueError for a stop, courier or position that does not exist.
    """
    if stop not in problem.stop_named or courier not in problem.courier_named:
        raise ValueError(f"There is no stop {stop} or no courier {courier} in the problem.")
    orders = {key: [each for each in keys if each != stop] for key, keys in plan.orders.items()}
    route = orders.setdefault(courier, [])
    locks = kept_locks(problem)
    if position is None:
        position = _best_position(problem, courier, route, stop, locks[courier])
    if not 0 <= position <= len(route):
        raise ValueError(f"Courier {courier} has {len(route)} other stops: there is no position {position}.")
    route.insert(position, stop)
    reasons = {left.stop: left.reason for left in plan.unplanned}
    after = timed(problem, orders, reasons=reasons)
    wrong = list(_pins_moved(after, stop, locks, names))
    touched = {courier, *(key for key, keys in plan.orders.items() if stop in keys)}
    for key in sorted(touched):
        wrong += _new_misfits(problem, key, plan.orders.get(key, ()), after.orders.get(key, ()), stop, names)
    return Moved(
        plan=after,
        position=position,
        difference=less(cost(problem, after), cost(problem, plan)),
        faults=tuple(dict.fromkeys(wrong)),
    )


def compare(problem: Problem, before: Plan, after: Plan) -> Comparison:
    """Two plans of `problem` side by side; a plan compared with itself is empty."""
    was, becomes = _visits(before), _visits(after)
    both = [key for key in problem.stop_named if key in was and key in becomes]
    return Comparison(
        before=cost(problem, before),
        after=cost(problem, after),
        switched=tuple(
            Switched(stop=key, before=was[key][0], after=becomes[key][0])
            for key in both
            if was[key][0] != becomes[key][0]
        ),
        retimed=tuple(
            Retimed(stop=key, before=was[key][1], after=becomes[key][1])
            for key in both
            if abs(was[key][1] - becomes[key][1]) > NOTICED
        ),
        planned=tuple(key for key in problem.stop_named if key in becomes and key not in was),
        left=tuple(left for left in after.unplanned if left.stop in was),
    )


def reordered(before: Sequence[str], after: Sequence[str]) -> int:
    """How many stops of a route its courier finds elsewhere: new ones, and the fewest whose moving explains the rest.

    Stops that are gone count nothing.
    """
    place = {key: at for at, key in enumerate(before)}
    # Those that stay are a longest increasing run of the old places (patience sorting).
    tails: list[int] = []
    for key in after:
        if key in place:
            at = next((n for n, tail in enumerate(tails) if tail >= place[key]), len(tails))
            tails[at : at + 1] = [place[key]]
    return len(after) - len(tails)


def named(text: str, names: Mapping[str, str]) -> str:
    """`text` with each courier's key replaced by the courier's name."""
    for key, name in names.items():
        text = text.replace(key, name)
    return text


def _name(names: Mapping[str, str], key: str) -> str:
    return names.get(key, key)


def _visits(plan: Plan) -> dict[str, tuple[str, int]]:
    return {visit.stop: (route.courier, visit.start) for route in plan.routes for visit in route.visits}


def _best_position(problem: Problem, key: str, route: Sequence[str], stop: str, locked: Sequence[Stop]) -> int:
    """Where it is pinned; else behind the lock where it fits at least cost, or if nowhere, misses by least."""
    for position, pinned in enumerate(locked):
        if pinned.key == stop:
            return min(position, len(route))
    courier = problem.courier_named[key]
    others = [problem.stop_named[each] for each in route]
    moved = problem.stop_named[stop]

    def rank(position: int) -> tuple[int, int]:
        driven = drive(problem, courier, [*others[:position], moved, *others[position:]])
        return driven.excess, soft_cost(problem, courier, driven)

    return min(range(min(len(locked), len(others)), len(others) + 1), key=rank)


def _pins_moved(
    after: Plan, stop: str, locks: Mapping[str, Sequence[Stop]], names: Mapping[str, str]
) -> Iterator[Words]:
    for key, stops in locks.items():
        pinned, name = tuple(each.key for each in stops), _name(names, key)
        if after.orders.get(key, ())[: len(pinned)] == pinned:
            continue
        if stop in pinned:
            yield Words(
                vi=f"Điểm này đã ghim cho {name}: bỏ ghim trước khi chuyển.",
                en=f"This stop is pinned to {name}: unpin it before it is moved.",
            )
        else:
            yield Words(
                vi=f"{len(pinned)} điểm đầu tuyến của {name} đã ghim: chỉ đặt được sau đó.",
                en=f"The first {len(pinned)} stops of {name}'s route are pinned: only after them.",
            )


def _new_misfits(
    problem: Problem, key: str, before: Sequence[str], after: Sequence[str], stop: str, names: Mapping[str, str]
) -> Iterator[Words]:
    """What does not fit in a courier's route that fitted before, or misses by more than before."""
    courier = problem.courier_named[key]
    old = {(ill, who): excess for ill, who, excess in _misfits(problem, courier, before)}
    for ill, who, excess in _misfits(problem, courier, after):
        if excess > old.get((ill, who), 0):
            yield _told(problem, ill, who, excess, moved=stop, name=_name(names, key))


def _misfits(problem: Problem, courier: Courier, keys: Sequence[str]) -> Iterator[tuple[Ill, str | None, int]]:
    driven: Drive = drive(problem, courier, [problem.stop_named[key] for key in keys])
    for misfit in driven.misfits:
        yield misfit.ill, _whose(misfit, keys), misfit.excess


def _whose(misfit: Misfit, keys: Sequence[str]) -> str | None:
    return None if misfit.position is None else keys[misfit.position]


def _told(problem: Problem, ill: Ill, who: str | None, excess: int, *, moved: str, name: str) -> Words:
    minutes = -(-excess // 60)
    match ill:
        case Ill.WINDOW:
            assert who is not None, "A window belongs to a stop."
            hours = ", ".join(
                f"{clock_time(window.opens)}–{clock_time(window.closes)}" for window in problem.stop_named[who].windows
            )
            if who == moved:
                return Words(
                    vi=f"Khung giờ {hours} không vừa tuyến của {name}: trễ {minutes} phút.",
                    en=f"Its window {hours} does not fit {name}'s route: {minutes} min late.",
                )
            return Words(
                vi=f"Điểm {who} trên tuyến của {name} lỡ khung giờ {hours}: trễ {minutes} phút.",
                en=f"Stop {who} on {name}'s route would miss its window {hours} by {minutes} min.",
            )
        case Ill.SHIFT:
            return Words(
                vi=f"Ca của {name} không đủ: thiếu {minutes} phút.", en=f"{name}'s shift is {minutes} min too short."
            )
        case Ill.CAPACITY:
            return Words(
                vi=f"Túi của {name} không đủ chỗ: thừa {excess} bưu gửi.",
                en=f"{name}'s bag is too small: {excess} items too many.",
            )
        case Ill.STOPS:
            return Words(vi=f"{name} đã đủ số điểm phát trong ngày.", en=f"{name} has the most stops a day may have.")
        case Ill.NOT_ALLOWED:
            return Words(vi=f"{name} không được phép phát điểm này.", en=f"{name} may not serve this stop.")
