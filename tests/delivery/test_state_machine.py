"""Random walks over the use cases: whatever people do and in what order, no envelope and no event goes astray."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Literal
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import ColumnElement, select

from delivery import acceptance, attempts, bags, choices, handoff, holding, incidents, returning
from delivery.errors import Trouble
from delivery.incidents import Outcome
from delivery.money.charging import Method
from delivery.rules.calendar import HalfDay
from delivery.rules.evidence import ChainedEvent, verify_chain
from delivery.rules.policy import Channel, Receiver
from delivery.rules.reasons import OF_CONTACT, OF_VISIT, IncidentKind, Reason
from delivery.rules.states import FINAL, MOVES, Happening, State
from delivery.steps.failure import Evidence
from delivery.store.agencies import World, WorldKind
from delivery.store.attempts import Attempt, AttemptKind, Choice, Incident, Invitation
from delivery.store.base import new_id
from delivery.store.events import Event
from delivery.store.items import HolderKind, Item
from delivery.store.messages import MessageState
from delivery.store.queries.attempts import REDELIVERY
from delivery.store.routes import Bag
from delivery.store.staff import Courier
from delivery.store.work import Work
from delivery.wiring import Wiring
from tests.conftest import MONDAY, HandClock
from tests.delivery.made_items import made_items
from tests.delivery.made_rounds import CLERK, COURIER, PROOFS, Post
from tests.factories import Town

# Where each item returns to, which office delivers it, and whether its addressee can get SMS.
HANDED = (("P1", "sai_gon", True), ("P1", "sai_gon", False), ("P2", "sai_gon", True), ("P1", "tan_dinh", True))
ITEMS = len(HANDED)
LAST_ROUNDS = 15
VISITS_ALLOWED = 2
"""The shipped policy's."""

which = st.integers(0, ITEMS - 1)
# Weighted to what happens most, so that walks come far: to the counter, and back to the agency.
outcomes = st.sampled_from(
    [*[Reason.NOT_HOME] * 26, *OF_VISIT, None, None, *[Receiver.ADDRESSEE] * 6, Receiver.HOUSEHOLD]
)
Wish = Literal["day", "counter", "person", "address", "collect", "recall"] | Reason | IncidentKind
wishes: st.SearchStrategy[Wish] = st.sampled_from(
    ["day", "day", "counter", "counter", "person", "address", "collect", "recall", *OF_CONTACT, IncidentKind.STOLEN]
)
rounds = st.dictionaries(which, outcomes, min_size=2)
REPORTS = (MessageState.DELIVERED, MessageState.DELIVERED, MessageState.FAILED, None)
ENDS = (Outcome.CONTINUED, Outcome.CONTINUED, Outcome.RETURNED, Outcome.LOST)


_serials = count(1, ITEMS)


class Walk(RuleBasedStateMachine):
    """Four items of two agencies' points between two offices; people and clocks that do anything at any time."""

    wiring: Wiring
    town: Town
    clock: HandClock

    @initialize()
    def hand_over(self) -> None:
        """Two items are delivered by the accepting office, two by another; half return to another office's point."""
        # Each walk has a world of its own on Monday morning, so that nothing of an earlier walk is swept or seen.
        world = World(id=new_id(), kind=WorldKind.TEST, name="walk", clock_offset=timedelta())
        with self.wiring.work(CLERK) as unit:
            unit.session.add(world)
        self.clock.at = MONDAY
        post = self.post = Post(self.wiring, self.town, self.clock, world=world.id, serial=next(_serials))
        self.numbers: list[str] = []
        self.seen: dict[str, int] = {}
        with post.work(CLERK) as unit:
            for back_to, commune, texts in HANDED:
                (item,) = made_items(unit, post.town, 1, first=post.serial, commune=commune)
                post.serial += 1
                item.return_point_id = post.town.points["H29", back_to]
                item.addressee.can_sms = texts
                self.numbers.append(item.number)
        with post.work(CLERK) as unit:
            acceptance.accept(
                unit,
                post.wiring.books,
                point_id=post.town.points["H29", "P1"],
                numbers=self.numbers,
                office_id=post.office,
            )

    @contextmanager
    def _work(self, actor: str) -> Iterator[Work]:
        """A unit of work that may be refused: a refusal changes nothing and is no failure of the walk."""
        try:
            with self.post.work(actor) as unit:
                yield unit
        except Trouble:
            pass

    def _items(self, unit: Work) -> list[Item]:
        return list(unit.session.scalars(select(Item).where(Item.number.in_(self.numbers)).order_by(Item.number)))

    @rule(days=st.integers(1, 6), receipts=st.sampled_from(REPORTS), posted=st.booleans())
    def days_pass(self, days: int, receipts: MessageState | None, posted: bool) -> None:
        """Some mornings later the jobs run, the network reports or is silent, clerks post letters or forget."""
        self.post.clock.set(8, days=days)
        for name, job in (
            ("invitations", holding.sweep_invitations),
            ("reminders", holding.sweep_reminders),
            ("expire", holding.sweep_expired),
            ("returns", returning.sweep_due),
        ):
            with self.post.work(f"job:{name}") as unit:
                job(unit, 100)
        if receipts is not None:
            self.post.receipts(receipts)
        if posted:
            self._post_letters()

    @rule(
        results=st.dictionaries(which, outcomes, min_size=2), afternoon=st.booleans(), kept=st.sets(which, max_size=1)
    )
    def a_round_is_made(self, results: dict[int, Reason | Receiver | None], afternoon: bool, kept: set[int]) -> None:
        """Planned over any items, taken, reported stop by stop, and brought back but for what the courier keeps."""
        hour = 14 if afternoon else 8
        self.post.clock.set(hour, days=1)
        route = self.post.planned([self.numbers[index] for index in sorted(results)], hour=hour)
        with self._work(COURIER) as unit:
            attempts.take(unit, route_id=route, courier_id=self.post.courier)
        for index, result in results.items():
            self._report(index, result)
        self._come_back(set(results) - kept)

    @rule(index=which, result=outcomes, late=st.integers(0, 6))
    def a_report_comes_out_of_turn(self, index: int, result: Reason | Receiver | None, late: int) -> None:
        """Again, hours late, or for an item that is not out at all; or it is scanned back out of turn."""
        self.post.clock.forward(hours=late)
        self._report(index, result, late=late)
        if result is None:
            self._come_back({index})

    @rule(opened=st.booleans())
    def bags_travel(self, opened: bool) -> None:
        """Both offices pack what is not theirs; what is on the road is opened, or not yet."""
        for office in (self.post.town.sai_gon, self.post.town.tan_dinh):
            with self._work(CLERK) as unit:
                bags.pack(unit, office_id=office)
        with self.post.work(CLERK) as unit:
            closed = unit.session.execute(select(Bag.number, Bag.to_office_id).where(Bag.arrived_at.is_(None))).all()
        for number, office in closed if opened else ():
            with self._work(CLERK) as unit:
                bags.open_bag(unit, number=number, office_id=office, seal_intact=False)

    @rule(index=which, what=wishes, ahead=st.integers(0, 4), half_day=st.sampled_from([None, *HalfDay]))
    def somebody_wants_something(self, index: int, what: Wish, ahead: int, half_day: HalfDay | None) -> None:
        """The citizen on the page or at the counter, a caller in vain, the agency, or an accident."""
        number = self.numbers[index]
        with self._work("staff:anybody") as unit:
            item = unit.session.scalars(select(Item).where(Item.number == number)).one()
            office = item.delivery_office_id
            assert office is not None
            match what:
                case "day":
                    day = unit.today + timedelta(days=ahead)
                    choices.choose_later(unit, item.id, self.wiring.books, day=day, half_day=half_day, via="page")
                case "counter":
                    choices.choose_counter(unit, item.id, via="page")
                case "person":
                    choices.choose_person(unit, item.id, name="Lê Văn Thử", via="page")
                case "address":
                    choices.choose_address(unit, item.id, address="5 Pasteur", via="page")
                case "collect":
                    holding.collect(
                        unit,
                        self.wiring.books,
                        number=number,
                        office_id=office,
                        receiver=Receiver.ADDRESSEE,
                        proofs=PROOFS,
                        paid=Method.CASH,
                    )
                case "recall":
                    handoff.recall(unit, agency_id=self.post.town.agencies["H29"], number=number)
                case Reason():
                    attempts.contact(unit, number=number, office_id=office, reason=what, channel=Channel.CALL)
                case IncidentKind():
                    incidents.open_incident(unit, number=number, office_id=self.post.office, kind=what)

    @rule(outcome=st.sampled_from(ENDS), office=st.sampled_from(["sai_gon", "tan_dinh"]), whole=st.booleans())
    def desks_are_cleared(self, outcome: Outcome, office: str, whole: bool) -> None:
        """One office ends the inquiries; both make return manifests, signed in whole or for one item."""
        self._end_inquiries(outcome, getattr(self.post.town, office))
        self._sign_returns(whole)

    def teardown(self) -> None:
        """Then ordinary work goes on, with nobody ever at home: every item must come to an end, none may be stuck."""
        for _ in range(LAST_ROUNDS):
            if not self._open_numbers():
                return
            self._end_inquiries(Outcome.CONTINUED, self.post.town.sai_gon)
            self._end_inquiries(Outcome.CONTINUED, self.post.town.tan_dinh)
            self.bags_travel(opened=True)
            self.a_round_is_made(results=dict.fromkeys(range(ITEMS), Reason.NOT_HOME), afternoon=False, kept=set())
            self.a_round_is_made(results=dict.fromkeys(range(ITEMS), Reason.NOT_HOME), afternoon=True, kept=set())
            for index in range(ITEMS):
                # Nobody walks a round at the other office here: its addressees come to the counter, or do not.
                self.somebody_wants_something(index=index, what="counter", ahead=0, half_day=None)
            self.days_pass(days=2, receipts=MessageState.DELIVERED, posted=True)
            self._sign_returns(whole=True)
            self.every_law_holds()
        assert not self._open_numbers(), "these never come to an end"

    def _open_numbers(self) -> list[str]:
        if not hasattr(self, "numbers"):
            return []
        with self.post.work("job:laws") as unit:
            return [item.number for item in self._items(unit) if not item.is_final]

    def _end_inquiries(self, outcome: Outcome, office_id: UUID) -> None:
        with self.post.work(CLERK) as unit:
            found = unit.session.scalars(
                select(Incident.id).join(Item).where(Incident.closed_at.is_(None), _here(unit))
            ).all()
        for incident in found:
            with self._work(CLERK) as unit:
                incidents.close_incident(unit, incident_id=incident, outcome=outcome, office_id=office_id)

    def _sign_returns(self, whole: bool) -> None:
        town = self.post.town
        for point, office in ((("H29", "P1"), town.sai_gon), (("H29", "P2"), town.tan_dinh)):
            with self._work(CLERK) as unit:
                returning.make_manifest(unit, point_id=town.points[point], office_id=office)
        with self.post.work(CLERK) as unit:
            found = [
                (manifest.number, [line.item.number for line in manifest.items])
                for manifest in returning.open_manifests(unit, agency_id=town.agencies["H29"])
            ]
        for number, listed in found:
            with self._work("client:live_h29main") as unit:
                returning.sign(
                    unit,
                    agency_id=town.agencies["H29"],
                    manifest_number=number,
                    numbers=None if whole else listed[:1],
                )

    def _report(self, index: int, result: Reason | Receiver | None, *, late: int = 0) -> None:
        number = self.numbers[index]
        if result is None or number not in self.post.stops:
            return
        with self._work(COURIER) as unit:
            if isinstance(result, Receiver):
                attempts.report_delivery(
                    unit,
                    stop_id=self.post.stops[number],
                    courier_id=self.post.courier,
                    number=number,
                    receiver=result,
                    proofs=PROOFS,
                    paid=Method.CASH,
                    occurred_at=unit.now - timedelta(hours=late),
                )
            else:
                attempts.report_failure(
                    unit,
                    stop_id=self.post.stops[number],
                    courier_id=self.post.courier,
                    number=number,
                    reason=result,
                    evidence=Evidence(called=True),
                    occurred_at=unit.now - timedelta(hours=late),
                )

    def _come_back(self, chosen: set[int]) -> None:
        for route in sorted(set(self.post.routes.values())):
            with self._work(CLERK) as unit:
                attempts.bring_back(
                    unit,
                    route_id=route,
                    office_id=self.post.office,
                    numbers=[self.numbers[index] for index in sorted(chosen)],
                )

    def _post_letters(self) -> None:
        with self.post.work(CLERK) as unit:
            owed = unit.session.execute(
                select(Invitation.id, Item.delivery_office_id)
                .join(Item)
                .where(Invitation.channel == Channel.LETTER, Invitation.proved_at.is_(None), _here(unit))
            ).all()
        for invitation, office in owed:
            assert office is not None
            with self._work(CLERK) as unit:
                holding.post_letter(unit, invitation_id=invitation, office_id=office, proof="RR123456785VN")

    @precondition(lambda self: hasattr(self, "numbers"))
    @invariant()
    def every_law_holds(self) -> None:
        """The laws of domain.md §2 and §4, read back from the database."""
        with self.post.work("job:laws") as unit:
            for item in self._items(unit):
                events = unit.session.scalars(select(Event).where(Event.item_id == item.id).order_by(Event.seq)).all()
                _chain_verifies(item, events)
                _moves_are_in_the_table(item, events)
                _one_holder(unit, item)
                _visits_within_the_policy(unit, item)
                assert len(events) >= self.seen.get(item.number, 0), "an event is gone"
                self.seen[item.number] = len(events)


def _here(unit: Work) -> ColumnElement[bool]:
    return Item.world_id == unit.world_id


def _chain_verifies(item: Item, events: Sequence[Event]) -> None:
    chain = [ChainedEvent(seq=event.seq, body=event.content(), hash=event.hash) for event in events]
    assert verify_chain(chain) == [], item.number
    assert (item.last_seq, item.last_hash) == (events[-1].seq, events[-1].hash)


def _moves_are_in_the_table(item: Item, events: Sequence[Event]) -> None:
    state = State.REGISTERED
    for event in events[1:]:
        assert event.state in MOVES[event.kind].get(state, ()), f"{item.number}: {event.kind} from {state}"
        state = event.state
    assert state is item.state


def _one_holder(unit: Work, item: Item) -> None:
    if item.state in FINAL:
        return
    kinds = {
        State.AT_OFFICE: {HolderKind.OFFICE},
        State.HELD: {HolderKind.OFFICE},
        State.OUT_FOR_DELIVERY: {HolderKind.COURIER},
        State.IN_TRANSIT: {HolderKind.BAG},
        State.ACCEPTED: {HolderKind.OFFICE, HolderKind.COURIER},
        State.RETURNING: {HolderKind.OFFICE, HolderKind.BAG},
    }
    assert item.holder_kind in kinds.get(item.state, set(HolderKind)), f"{item.state} with {item.holder_kind}"
    if item.holder_kind is HolderKind.BAG:
        bag = unit.session.get_one(Bag, item.holder_id)
        assert bag.arrived_at is None or item.state is State.UNDER_INQUIRY, "in a bag that was emptied"
    if item.holder_kind is HolderKind.COURIER:
        assert unit.session.get(Courier, item.holder_id) is not None


def _visits_within_the_policy(unit: Work, item: Item) -> None:
    counted = unit.session.scalars(
        select(Attempt).where(Attempt.item_id == item.id, Attempt.kind == AttemptKind.VISIT, Attempt.counts)
    ).all()
    asked = unit.session.scalars(select(Choice).where(Choice.item_id == item.id, Choice.kind == REDELIVERY)).all()
    assert len(counted) <= VISITS_ALLOWED + len(asked), item.number


def test_no_order_of_doings_breaks_a_law(wiring: Wiring, town: Town, clock: HandClock) -> None:
    """People report late, twice and wrongly, and clocks go on: custody, the chain and the count must hold."""

    class Here(Walk):
        pass

    Here.wiring, Here.town, Here.clock = wiring, town, clock
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=6,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    with wiring.work(CLERK) as unit:
        happened = set(unit.session.scalars(select(Event.kind).distinct()))
    assert {Happening.ATTEMPT_FAILED, Happening.INVITATION_SENT, Happening.RETURNED} <= happened, (
        "the walks went nowhere"
    )
