"""The play: a day of hand-overs, then working days until every result is final. Acts over HTTP only."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from typing import TypeVar

from demo import rounds
from demo.actors import BATCH, AgencyProgram, Citizen, Desk, Drive, Registered
from demo.bank import Bank
from demo.client import Server, Unexpected
from demo.days import after, works
from demo.fates import NEEDS_ADDRESS, Choice, Mender, Recall
from demo.ledger import BAG, COURIER, Ledger, Track, links_in
from demo.purse import Purse
from demo.results import Result, of_agency
from demo.rounds import Round
from demo.savings import Comparison
from demo.screen import Screen
from demo.watch import Watch
from demo.world import World

HANDS = 4
"""How many people act at the same time."""
MOST_DAYS = 60

T = TypeVar("T")
R = TypeVar("R")


class Play:
    """One demo, from the first hand-over to the last final state."""

    def __init__(
        self,
        server: Server,
        watch: Watch,
        world: World,
        results: Sequence[Result],
        first_day: date,
        screen: Screen,
        bank: Bank,
    ) -> None:
        self.server = server
        self.watch = watch
        self.world = world
        self.results = results
        self.day = first_day
        self.screen = screen
        self.ledger = Ledger()
        self.agencies = {agency.code: AgencyProgram(server, agency) for agency in world.agencies}
        self.desks = {ward.office: Desk(server, ward, world.couriers(ward), bank) for ward in world.city}
        self.metres = 0
        self.compared = Comparison()
        self.purse = Purse()
        self.worked = 0
        self.refused: list[str] = []
        self.unexplained: set[str] = set()
        self.links: dict[str, str] = {}
        self.show: rounds.Round | None = None
        self._pool = ThreadPoolExecutor(HANDS)

    def run(self) -> None:
        """Play until everything is final, or the days of the guard are over."""
        try:
            self._first_day()
            while self.ledger.open() and self.worked < MOST_DAYS:
                self.day += timedelta(days=1)
                if works(self.day):
                    self._working_day()
                else:
                    self._day_off()
            with self.screen.step("tills to the bank"):
                self.purse.to_the_bank(self.desks, self.day, self._each)
        finally:
            # Whoever is interrupted does not finish the queue first.
            self._pool.shutdown(cancel_futures=True)

    def last_link(self) -> str:
        """The link of a result that became final last: its page has the longest story."""
        tracks = sorted(self.ledger.tracks.values(), key=lambda track: (-track.since, -track.visits))
        phones = (_e164(track.result.addressee.phone) for track in tracks)
        return next((self.links[phone] for phone in phones if phone in self.links), "")

    # The days

    def _first_day(self) -> None:
        self.watch.move(self.day, time(7))
        with self.screen.step("hand-over by API"):
            self._hand_over()
        drives = self._collections()
        self.watch.move(self.day, time(10))
        with self.screen.step("collect at agencies"):
            collected = [each for each in drives if each.calls]
            self._each(collected, lambda each: each.report(self.ledger, self.day, morning=True, later=after(self.day)))
            self.watch.move(self.day, time(15))
            self._each(collected, lambda each: each.report(self.ledger, self.day, morning=False, later=after(self.day)))
            self._at_the_counter_of_one_point()
        self._evening(drives)

    def _day_off(self) -> None:
        """Nobody works, but the timed jobs do: holds end on any day."""
        self.watch.move(self.day, time(9))
        with self.screen.step("wait for timed jobs"):
            self.watch.settle()

    def _working_day(self) -> None:
        self.ledger.day_number += 1
        self.watch.move(self.day, time(7, 15))
        with self.screen.step("open bags, mend addresses"):
            touched = self._open_bags()
            touched |= self._morning_at_the_desks()
        self.watch.move(self.day, time(7, 30))
        with self.screen.step("plan"):
            drives = self._plans(touched)
        self.watch.move(self.day, time(7, 45))
        with self.screen.step("take the bundles"):
            taken = self._each(drives, lambda pair: rounds.take(*pair))
        on_the_road = [each for several in taken for each in several]
        self.compared += rounds.compared(on_the_road)
        self._recall_on_the_road(on_the_road)
        for hour, morning in ((time(12, 5), True), (time(17, 5), False)):
            self.watch.move(self.day, hour)
            with self.screen.step("report at the doors"):
                self._report(on_the_road, morning=morning)
        self._evening(on_the_road)

    def _evening(self, drives: Sequence[Round]) -> None:
        with self.screen.step("wait for timed jobs"):
            self.watch.until_swept(self.day, time(7))
        self.watch.move(self.day, time(17, 30))
        with self.screen.step("evening scans"):
            self._each(drives, Round.bring_back)
            self._receive()
        with self.screen.step("couriers hand in the cash"):
            self.purse.hand_in(self.desks, drives, self._each)
        self._learn()
        with self.screen.step("counter, letters, incidents"):
            self._each(self._offices_with("held"), self._counter)
            self._each(self._offices_with("under_inquiry"), self._inquiries)
            self._recall_too_late()
        with self.screen.step("bags and returns"):
            self._each(self._packing(), Desk.pack)
            self._returns()
        self._learn()
        with self.screen.step("count"):
            self._each(self._counting(), self._count)
        self.watch.move(self.day, time(18, 30))
        with self.screen.step("wait for timed jobs"):
            self.watch.settle()
        self._learn()
        self.links |= links_in(self.watch.new_texts())
        self.worked += 1
        tracks = self.ledger.tracks.values()
        final = sum(track.final for track in tracks)
        note = f"{sum(t.state == 'held' for t in tracks)} held, {sum(t.state == 'returning' for t in tracks)} returning"
        self.screen.day(f"day {self.worked} ({self.day:%d/%m/%Y})", final, note)

    # Hand-over

    def _hand_over(self) -> None:
        parts = [
            (program, mine[start : start + BATCH])
            for program in self.agencies.values()
            for mine in [of_agency(self.results, program.agency)]
            for start in range(0, len(mine), BATCH)
        ]
        for registered in self._each(parts, lambda part: part[0].hand_over(part[1])):
            self._follow(registered)
        program, first = parts[0]
        again = program.hand_over(first)
        if any(each.fresh for each in again) or {each.number for each in again} - set(self.ledger.tracks):
            raise Unexpected(f"{program.agency.code}: the same batch sent again made new items.")
        for program in self.agencies.values():
            for item in program.all_items():
                if isinstance(item["office"], dict):
                    self.ledger.tracks[str(item["code"])].home = str(item["office"]["code"])
        for track in self._telling(lambda track: track.result.story.recall is Recall.AT_AGENCY):
            self._recall(track, "cancelled")
        self._learn()

    def _follow(self, registered: Iterable[Registered]) -> None:
        for each in registered:
            home = each.result.addressee.ward.office
            self.ledger.add(Track(result=each.result, number=each.number, placed=each.placed, home=home))
            self.screen.handed_over(1)

    def _collections(self) -> list[Round]:
        """Plan and send the couriers of the offices that serve a hand-over point."""
        offices = sorted({point.ward.office for agency in self.world.agencies for point in agency.points})
        with self.screen.step("plan"):
            plans = rounds.plan([self.desks[office] for office in offices], self.day, self.watch.wait)
        self._driven(plans)
        self.watch.move(self.day, time(8, 30))
        taken = self._each(list(plans.items()), lambda pair: rounds.take(self.desks[pair[0]], pair[1]))
        drives = [each for several in taken for each in several]
        self.compared += rounds.compared(drives)
        # One point's results are brought to the counter instead.
        next(each for each in drives if each.calls).calls.pop()
        return drives

    def _at_the_counter_of_one_point(self) -> None:
        """What the couriers left at an agency's point is brought to the office's counter."""
        self._learn()
        left: dict[tuple[str, str], list[str]] = {}
        for track in self.ledger.open():
            if track.state == "registered":
                point = f"{track.result.agency.code}/{track.result.point.code}"
                left.setdefault((track.back, point), []).append(track.number)
        for (office, point), numbers in sorted(left.items()):
            self.ledger.at_counter.update(numbers)
            self.desks[office].accept(point, numbers)
        self._learn()

    def _receive(self) -> None:
        brought: dict[str, list[str]] = {}
        for track in self.ledger.open():
            if track.state == "accepted" and track.where == COURIER:
                brought.setdefault(track.back, []).append(track.number)
        self._each(list(brought.items()), lambda pair: self.desks[pair[0]].receive(pair[1]))

    # Morning

    def _open_bags(self) -> set[str]:
        coming = sorted({track.office for track in self.ledger.open() if track.where == BAG})
        opened = self._each(coming, lambda office: self.desks[office].open_bags())
        if any(opened):
            self._learn()
        return {office for office, count in zip(coming, opened, strict=True) if count}

    def _morning_at_the_desks(self) -> set[str]:
        """Everything that is decided before the couriers leave; gives the offices that must be planned anew."""
        touched: set[str] = set()
        for track in self.ledger.open():
            story = track.result.story
            if self._mend(track):
                track.home = track.result.addressee.ward.office
                touched.add(track.home)
            if track.state != "at_office" or track.where != "shelf":
                continue
            if story.contact is not None and track.once("contact"):
                self.desks[track.office].note_contact(track.number, story.contact)
            if story.incident in ("LOST", "STOLEN") and track.once("incident"):
                self.desks[track.office].open_incident(track.number, story.incident)
            if story.recall is Recall.AT_OFFICE and track.once("recalled"):
                self._recall(track, "accepted")
            if story.choice is not None and "chosen" not in track.done:
                self._choose(track, story.choice)
        return touched

    def _mend(self, track: Track) -> bool:
        """Mend an address whose turn it is; says whether that was done."""
        story, person = track.result.story, track.result.addressee
        if not track.placed:
            mender = story.mender or Mender.CLERK
            if mender is Mender.NOBODY or track.state not in ("accepted", "at_office") or track.where != "shelf":
                return False
            if mender is Mender.AGENCY and self.ledger.day_number < 2:
                return False
            if mender is Mender.CLERK:
                self.desks[track.office].mend(track.number, person.clear_address, person.ward.id)
            else:
                self.agencies[track.result.agency.code].mend(track.number, person.clear_address)
            track.placed = True
            return True
        waits = track.state == "at_office" and track.reason in NEEDS_ADDRESS and track.where == "shelf"
        if waits and (story.new_address or track.misread) and track.once("new address"):
            self.agencies[track.result.agency.code].mend(track.number, person.clear_address)
            return True
        return False

    def _choose(self, track: Track, choice: Choice) -> None:
        token = self.links.get(_e164(track.result.addressee.phone))
        if token is None:
            return
        track.done.add("chosen")
        later = after(after(self.day))
        fields = {
            Choice.LATER: {"choice": "later", "day": later.isoformat()},
            Choice.HALF_DAY: {"choice": "half_day", "day": later.isoformat(), "half_day": "afternoon"},
            Choice.COUNTER: {"choice": "counter"},
            Choice.PERSON: {"choice": "person", "name": "Nguyễn Thị Người Nhà", "identity_number": "079200000001"},
        }[choice]
        try:
            Citizen(self.server, token).choose(fields).wanted(303)
        except Unexpected as refusal:
            self.refused.append(f"{track.number}: {refusal}")

    # Planning and the road

    def _plans(self, touched: set[str]) -> list[tuple[Desk, list[Drive]]]:
        due = {track.home for track in self.ledger.open() if track.state == "at_office" and track.where == "shelf"}
        fresh = sorted(touched & due)
        made = self._each(sorted(due - touched), lambda office: (office, self.desks[office].plan_made(self.day)))
        plans = rounds.plan([self.desks[office] for office in fresh], self.day, self.watch.wait)
        for office, plan_id in made:
            if plan_id:
                plans[office] = rounds.ready(self.desks[office], plan_id, self.watch.wait)
        self._driven(plans)
        return [(self.desks[office], drives) for office, drives in sorted(plans.items()) if drives]

    def _driven(self, plans: dict[str, list[Drive]]) -> None:
        self.metres += sum(drive.metres for drives in plans.values() for drive in drives)

    def _report(self, on_the_road: Sequence[Round], *, morning: bool) -> None:
        later = after(after(self.day))
        told = self._each(on_the_road, lambda each: each.report(self.ledger, self.day, morning=morning, later=later))
        self.refused += [words for several in told for words in several]
        if self.show is None or len(self.show.calls) < max((len(each.calls) for each in on_the_road), default=0):
            self.show = max(on_the_road, key=lambda each: len(each.calls), default=self.show)

    def _recall_on_the_road(self, on_the_road: Sequence[Round]) -> None:
        out = {number for each in on_the_road for number in each.out}
        wanted = [n for n in sorted(out) if self.ledger.tracks[n].result.story.recall is Recall.OUT]
        if wanted:
            self.watch.move(self.day, time(10))
        for number in wanted:
            if self.ledger.tracks[number].once("recalled"):
                self._recall(self.ledger.tracks[number], "pending")

    def _recall_too_late(self) -> None:
        for track in self._telling(lambda track: track.result.story.recall is Recall.TOO_LATE):
            if track.state == "delivered" and track.once("recalled"):
                self._recall(track, "too_late")

    def _recall(self, track: Track, expected: str) -> None:
        answer = self.agencies[track.result.agency.code].recall(track.number)
        if answer != expected:
            self.refused.append(f"{track.number}: the recall was answered {answer}, not {expected}")

    # Evening

    def _counter(self, desk: Desk) -> None:
        """Letters first, then whoever comes to the counter this evening."""
        desk.post_letters(self.day)
        for track in self.ledger.on_shelf(desk.office):
            story = track.result.story
            if track.state != "held":
                continue
            if story.redelivered and track.once("redelivered"):
                desk.redeliver(track.number, after(self.day))
            elif story.collects is not None and self.ledger.day_number - track.since >= story.collects:
                desk.give_out(track.number, story.receiver)

    def _inquiries(self, desk: Desk) -> None:
        for number, inquiry in desk.incidents().items():
            desk.close_incident(inquiry, self.ledger.tracks[number].result.story.inquiry_ends)

    def _packing(self) -> list[Desk]:
        """Offices with something on the shelf that is for another office."""
        offices = set()
        for track in self.ledger.open():
            leaves = (track.state in ("accepted", "at_office") and track.placed and track.home != track.office) or (
                track.state == "returning" and track.back != track.office
            )
            if leaves and track.where == "shelf":
                offices.add(track.office)
        return [self.desks[office] for office in sorted(offices)]

    def _returns(self) -> None:
        here = {track.office for track in self.ledger.open() if track.state == "returning" and track.where == "shelf"}
        ready = sorted(here & {track.back for track in self.ledger.open() if track.state == "returning"})
        if any(self._each(ready, lambda office: self.desks[office].make_return_manifests())):
            self._each(list(self.agencies.values()), AgencyProgram.sign_returns)

    def _counting(self) -> list[Desk]:
        """Offices that have anything: on the shelf, with a courier, in a bag for them, under inquiry."""
        busy = {track.office for track in self.ledger.open() if track.office}
        return [self.desks[office] for office in sorted(busy)]

    def _count(self, desk: Desk) -> None:
        lines = desk.count([track.number for track in self.ledger.on_shelf(desk.office) if not track.final])
        if lines:
            self.unexplained.update(lines)
            self.screen.say(f"[red]{desk.ward.name}, {self.day:%d/%m}: not explained by the count: {lines[:5]}[/]")

    def _offices_with(self, state: str) -> list[Desk]:
        # An inquiry about an envelope belongs to the office that delivers it.
        offices = {track.office for track in self.ledger.open() if track.state == state}
        return [self.desks[office] for office in sorted(offices)]

    def _learn(self) -> None:
        """Read the agencies' feeds to their ends, once every event has its place in them."""
        with self.screen.step("read the feeds"):
            self.watch.until_numbered()
            for code, program in self.agencies.items():
                while True:
                    page = program.program.get(self.ledger.feed_path(code)).wanted(200).json()
                    if self.ledger.learn(code, page) == 0:
                        break

    def _telling(self, wanted: Callable[[Track], bool]) -> list[Track]:
        return [track for track in self.ledger.tracks.values() if wanted(track)]

    def _each(self, things: Sequence[T], act: Callable[[T], R]) -> list[R]:
        return list(self._pool.map(act, things))


def _e164(phone: str) -> str:
    return "+84" + phone.removeprefix("0")
