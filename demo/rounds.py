"""The couriers' day at one office: planned, taken, reported stop by stop, brought back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from demo.actors import Call, Desk, Drive
from demo.client import Reply, Unexpected
from demo.days import VIETNAM
from demo.fates import DELIVERED
from demo.ledger import Ledger, Track
from demo.people import phone_at
from demo.savings import Comparison, Spot, Stop, compare

NOON = 12 * 3600
# Answers to a report that a courier takes in their stride: the item stayed behind, or its addressee chose otherwise.
_IN_STRIDE = (409, 422)


@dataclass(slots=True)
class Round:
    """One courier's route of one day, from the office at `start` along `stops` as they were planned.

    `out` are the numbers still in the bag, `transferred` those paid by VietQR, `doors` where each was brought.
    """

    desk: Desk
    drive: Drive
    calls: list[Call]
    start: Spot
    stops: tuple[Stop, ...]
    out: set[str] = field(default_factory=set)
    transferred: set[str] = field(default_factory=set)
    doors: dict[str, tuple[float, float]] = field(default_factory=dict)

    def report(self, ledger: Ledger, day: date, *, morning: bool, later: date) -> list[str]:
        """Call at the stops of one half-day; gives what the product refused, in its words.

        `later` is the day that an addressee names who asks for another one.
        """
        refused: list[str] = []
        for call in self.calls:
            if (call.at < NOON) is not morning:
                continue
            if not call.numbers:
                self.desk.collect(self.drive, call)
                continue
            at = datetime.combine(day, time(), tzinfo=VIETNAM) + timedelta(seconds=call.at)
            visited = [ledger.tracks[number] for number in call.numbers if number in self.out]
            refused += self._visit(call, visited, at, later)
        return refused

    def _visit(self, call: Call, tracks: Sequence[Track], at: datetime, later: date) -> list[str]:
        given: dict[str, list[str]] = {}
        refused: list[str] = []
        for track in tracks:
            self.doors[track.number] = track.result.addressee.door
            if "recalled" in track.done:
                continue
            outcome = _outcome(track)
            if outcome == DELIVERED:
                given.setdefault(track.result.story.receiver, []).append(track.number)
                continue
            asked_for = later if outcome == "REQUESTED_LATER" else None
            refused += self._heard(track.number, self.desk.fail(self.drive, call, track.number, outcome, at, asked_for))
        for receiver, numbers in given.items():
            refused += self._given(call, numbers, receiver, at)
        return refused

    def _given(self, call: Call, numbers: list[str], receiver: str, at: datetime) -> list[str]:
        for number in numbers:
            first = number not in self.transferred
            if _by_transfer(number) and first and self.desk.transferred(self.drive, call, number, at):
                self.transferred.add(number)
        # Nobody in the demo is met but at home, so a hand-over shows where the door is.
        phone = phone_at(self.doors[numbers[0]], numbers[0])
        answer = self.desk.hand_over(self.drive, call, numbers, receiver, at, phone)
        if answer.status == 303:
            self.out.difference_update(numbers)
            return []
        if len(numbers) == 1:
            return self._heard(numbers[0], answer)
        # One that stayed behind must not keep the rest of a household from its results.
        return [words for number in numbers for words in self._given(call, [number], receiver, at)]

    def _heard(self, number: str, answer: Reply) -> list[str]:
        if answer.status == 303:
            return []
        if answer.status not in _IN_STRIDE:
            answer.wanted(303)
        try:
            answer.wanted(303)
        except Unexpected as refusal:
            return [f"{number}: {refusal}"]
        return []

    def bring_back(self) -> None:
        """The evening scan of what was not handed over."""
        self.desk.back(self.drive, sorted(self.out))


def plan(desks: Sequence[Desk], day: date, wait: Callable[[], None]) -> dict[str, list[Drive]]:
    """Ask for the plans of these offices, all first, then wait for each; office → its routes."""
    asked = [(desk, desk.ask_for_plan(day)) for desk in desks]
    return {desk.office: ready(desk, plan_id, wait) for desk, plan_id in asked}


def ready(desk: Desk, plan_id: str, wait: Callable[[], None]) -> list[Drive]:
    """The routes of a plan once it is made; `wait` is called between two looks."""
    while True:
        drives = desk.drives(plan_id)
        if drives is not None:
            return drives
        wait()


def take(desk: Desk, drives: Sequence[Drive]) -> list[Round]:
    """Each courier takes the bundle of the route."""
    rounds = []
    for drive in drives:
        shown = desk.map_of(drive)
        calls = desk.take(drive)
        start, stops = along(shown, calls)
        numbers = {number for call in calls for number in call.numbers}
        rounds.append(Round(desk, drive, calls, start, stops, numbers))
    return rounds


def along(shown: Mapping[str, object], calls: Sequence[Call]) -> tuple[Spot, tuple[Stop, ...]]:
    """The office, and the stops in planned order: the map's points with the items of the courier's calls."""
    office, points = shown["office"], shown["stops"]
    assert isinstance(office, dict)
    assert isinstance(points, list)
    numbers = {call.position: call.numbers for call in calls}
    in_order = sorted(points, key=lambda point: int(point["position"]))
    stops = (Stop(spot=(point["lat"], point["lon"]), numbers=numbers.get(point["position"], ())) for point in in_order)
    return (office["lat"], office["lon"]), tuple(stops)


def compared(day: Sequence[Round]) -> Comparison:
    """All routes of one day against first come, each office with its own couriers."""
    offices: dict[str, list[Round]] = {}
    for each in day:
        offices.setdefault(each.desk.office, []).append(each)
    ways = (compare(theirs[0].start, [each.stops for each in theirs]) for theirs in offices.values())
    return sum(ways, Comparison())


def _by_transfer(number: str) -> bool:
    """One door in ten pays by VietQR; which one follows from the number, so that a demo can be repeated."""
    return number[9] == "7"


def _outcome(track: Track) -> str:
    story = track.result.story
    if story.incident in ("DAMAGED", "SEAL_BROKEN") and track.once("incident"):
        return story.incident
    if track.misread:
        return "ADDRESS_INCORRECT"
    track.calls += 1
    return story.visit(track.calls)
