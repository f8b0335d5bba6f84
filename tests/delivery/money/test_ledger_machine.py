"""Random walks over everything that moves money: whatever the order, both books balance and every đồng has its deed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from uuid import uuid4

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import select

from delivery import acceptance, attempts, incidents, returning
from delivery.errors import Trouble
from delivery.incidents import Outcome
from delivery.money import billing, claims, remitting
from delivery.money.banking import assign, give_back, receive
from delivery.money.charging import Method, Taker, due_at_door, take_payment
from delivery.money.correcting import (
    COUNTER_REBATE,
    correct,
    counter_saving,
    rebate_for_collecting,
    redelivery_charge,
    see_paper,
    weigh_again,
)
from delivery.money.ledger import balances
from delivery.money.matching import Why
from delivery.money.refunds import not_agreed_on
from delivery.money.shifts import VarianceReason, close, in_hand
from delivery.money.tills import deposit, till
from delivery.money.tying import check
from delivery.rules.compensation_terms import ClaimKind
from delivery.rules.policy import Receiver
from delivery.rules.reasons import IncidentKind, Reason
from delivery.rules.states import FINAL
from delivery.steps.failure import Evidence
from delivery.store.attempts import Incident
from delivery.store.claims import Claim
from delivery.store.ledger import Posting, PostingKind
from delivery.store.money import CorrectionReason
from delivery.store.queries.items import locked_by_number
from delivery.store.treasury import BankTransfer, TransferState
from delivery.store.work import Work
from delivery.wiring import Wiring, wire
from demo.postgres import APPLICATION, Server
from tests.conftest import MONDAY, HandClock, settings_for
from tests.delivery.made_items import made_items
from tests.delivery.made_rounds import CLERK, COURIER, PROOFS, Post
from tests.delivery.money.bank_notices import notice
from tests.delivery.money.full_day import ADMIN, SECOND
from tests.factories import Town

POINT = ("H29", "P1")
ITEMS = 5
happened: set[PostingKind] = set()
"""What the walks of one run have posted: walks that go nowhere prove nothing."""

which = st.integers(0, ITEMS - 1)
fees = st.sampled_from([0, 50_000, 120_000])
"""The agencies' own fees, with none among them."""

DOINGS = (
    *("pay", "pay", "weigh 80", "weigh 900", "weigh 2500", "paper", "collect", "collect", "visit", "visit"),
    *("claim approved", "claim paid by bank", "claim proposed"),
)


class Walk(RuleBasedStateMachine):
    """A post office with five items of every payer, whose money goes wherever people send it."""

    server: Server
    template: str
    town: Town
    clock: HandClock

    @initialize(fee=st.lists(fees, min_size=ITEMS, max_size=ITEMS))
    def hand_over(self, fee: list[int]) -> None:
        """Addressees pay for three, the agency for one, the subsidy for one; all are on the shelf."""
        self.name = f"walk_{uuid4().hex[:12]}"
        self.server.make_database(self.name, template=self.template)
        self.clock.at = MONDAY
        self.wiring = wire(settings_for(self.server.url(APPLICATION, self.name)), clock=self.clock)
        town = self.town
        self.post = Post(self.wiring, town, self.clock)
        self.references = count(1)
        with self.post.work(CLERK) as unit:
            made = made_items(unit, town, ITEMS, first=1, point=POINT)
            for index, item in enumerate(made):
                item.agency_fee = fee[index]
                item.payer = "agency" if index == 3 else "addressee"
                item.waivers = ["poor_household"] if index == 4 else []
            self.numbers = [item.number for item in made]
        with self.post.work(CLERK) as unit:
            acceptance.accept(
                unit,
                self.wiring.books,
                point_id=town.points[POINT],
                numbers=self.numbers,
                office_id=self.post.office,
            )

    @contextmanager
    def _work(self, actor: str) -> Iterator[Work]:
        """A unit of work that may be refused: a refusal changes nothing and is no failure of the walk."""
        try:
            with self.post.work(actor) as unit:
                yield unit
        except Trouble:
            pass

    @rule(chosen=st.sets(which, min_size=1), results=st.lists(st.booleans(), min_size=ITEMS, max_size=ITEMS))
    def a_round_is_made(self, chosen: set[int], results: list[bool]) -> None:
        """Some are handed over for cash, some refused at the door and brought back."""
        self.clock.set(9, days=1)
        route = self.post.planned([self.numbers[index] for index in sorted(chosen)])
        with self._work(COURIER) as unit:
            attempts.take(unit, route_id=route, courier_id=self.post.courier)
        for index in sorted(chosen):
            self._visit(self.numbers[index], delivered=results[index])
        with self._work(CLERK) as unit:
            attempts.bring_back(
                unit,
                route_id=route,
                office_id=self.post.office,
                numbers=[self.numbers[index] for index in sorted(chosen)],
            )

    def _visit(self, number: str, *, delivered: bool) -> None:
        with self._work(COURIER) as unit:
            stop, courier = self.post.stops[number], self.post.courier
            if delivered:
                attempts.report_delivery(
                    unit,
                    stop_id=stop,
                    courier_id=courier,
                    number=number,
                    receiver=Receiver.ADDRESSEE,
                    proofs=PROOFS,
                    paid=Method.CASH,
                )
            else:
                attempts.report_failure(
                    unit,
                    stop_id=stop,
                    courier_id=courier,
                    number=number,
                    reason=Reason.REFUSED,
                    evidence=Evidence(called=True),
                )

    @rule(index=which, by=st.sampled_from(["till", "courier", "counter"]))
    def somebody_pays(self, index: int, by: str) -> None:
        """At the till before it goes out, to a courier who came back for it, or on collecting it."""
        number = self.numbers[index]
        with self._work(CLERK) as unit:
            item = locked_by_number(unit, number)
            if by == "till":
                take_payment(unit, item, taker=Taker(office_id=self.post.office))
            elif by == "courier":
                take_payment(unit, item, taker=Taker(courier_id=self.post.courier))
            else:
                rebate_for_collecting(unit, item, self.wiring.books)

    @rule(index=which, more=st.integers(-1, 2), named=st.booleans())
    def the_bank_tells(self, index: int, more: int, named: bool) -> None:
        """A transfer: exact, too small, too large, or naming nothing that is known."""
        number = self.numbers[index]
        with self._work("hook:bank") as unit:
            due = due_at_door(unit, locked_by_number(unit, number)).total
            amount = max(1_000, due + more * 10_000)
            content = number if named else "khong ro"
            receive(unit, notice(content, amount, f"FT-{next(self.references)}"), told_by="hook")

    @rule(index=which, back=st.booleans())
    def a_person_decides_what_waits(self, index: int, back: bool) -> None:
        """The oldest waiting transfer is assigned to an item, or goes back."""
        with self._work(ADMIN) as unit:
            waiting = unit.session.scalars(
                select(BankTransfer.id).where(BankTransfer.state == TransferState.WAITING).order_by(BankTransfer.id)
            ).first()
            if waiting is not None and back:
                give_back(unit, waiting, Why.CANNOT_TELL)
            elif waiting is not None:
                assign(unit, waiting, self.numbers[index])

    @rule(index=which, weight=st.sampled_from([80, 400, 900, 2_500]), seen=st.booleans())
    def a_price_is_corrected(self, index: int, weight: int, seen: bool) -> None:
        """Weighed again, up or down, or a paper is shown; before or after it was paid."""
        with self._work(CLERK) as unit:
            item = locked_by_number(unit, self.numbers[index])
            if seen:
                see_paper(unit, item, self.wiring.books, kind="poor_household", login="clerk.sg")
            else:
                weigh_again(unit, item, self.wiring.books, weight_g=weight)

    @rule(index=which, collects=st.booleans())
    def they_collect_or_want_another_visit(self, index: int, collects: bool) -> None:
        """Each moves what is due by exactly what was announced, whatever was paid, claimed and corrected before."""
        books = self.wiring.books
        with self._work(CLERK) as unit:
            item = locked_by_number(unit, self.numbers[index])
            if item.state in FINAL:
                return
            before = due_at_door(unit, item).postage
            told = -counter_saving(unit, item, books) if collects else redelivery_charge(unit, item, books)
            if collects:
                rebate_for_collecting(unit, item, books)
            else:
                item.redeliveries += 1
                item.options = [option for option in item.options if option != COUNTER_REBATE]
                correct(unit, item, books, reason=CorrectionReason.REDELIVERY)
            assert due_at_door(unit, item).postage == before + told

    @rule(index=which, doings=st.lists(st.sampled_from(DOINGS), min_size=6, max_size=12))
    def much_happens_to_one(self, index: int, doings: list[str]) -> None:
        """Claims, corrections, rebates and further visits meet on one price, before and after it was paid."""
        for doing in doings:
            match doing.split():
                case ["pay"]:
                    self.somebody_pays(index=index, by="till")
                case ["weigh", weight]:
                    self.a_price_is_corrected(index=index, weight=int(weight), seen=False)
                case ["paper"]:
                    self.a_price_is_corrected(index=index, weight=0, seen=True)
                case ["collect" | "visit" as what]:
                    self.they_collect_or_want_another_visit(index=index, collects=what == "collect")
                case ["claim", *so_far]:
                    kind = ClaimKind.PRICE_ERROR
                    self.claims_are_settled(index=index, kind=kind, right=0, so_far=" ".join(so_far))
        with self.post.work(CLERK) as unit:
            item = locked_by_number(unit, self.numbers[index])
            asked = due_at_door(unit, item).postage
            assert not (asked and not_agreed_on(unit, item)), "asked for while the post owes it back"
        self._ties_out()

    @rule(off=st.sampled_from([0, 0, -20_000, 5_000, -500_000]), part=st.integers(0, 3))
    def the_evening_comes(self, off: int, part: int) -> None:
        """The courier's cash is counted, right or wrong, and some of the till goes to the bank."""
        courier, office = self.post.courier, self.post.office
        with self._work(CLERK) as unit:
            carried = in_hand(unit, courier_id=courier)
            if carried is not None:
                counted = max(0, carried.total + off)
                reason = VarianceReason.MISCOUNTED
                close(unit, courier_id=courier, office_id=office, counted=counted, reason=reason)
        with self._work(CLERK) as unit:
            holds = till(unit, office)
            deposit(
                unit,
                office_id=office,
                postage=max(0, holds.postage) * part // 3,
                agency_fee=holds.agency_fee * part // 3,
                slip=f"NT-{next(self.references)}",
            )
        self._ties_out()

    @rule(index=which, outcome=st.sampled_from([Outcome.LOST, Outcome.LOST, Outcome.RETURNED]))
    def something_happens_to_it(self, index: int, outcome: Outcome) -> None:
        """An item is lost, or goes back after an inquiry; what was not collected is given up."""
        number, office = self.numbers[index], self.post.office
        with self._work(CLERK) as unit:
            incidents.open_incident(unit, number=number, office_id=office, kind=IncidentKind.STOLEN)
        with self.post.work(CLERK) as unit:
            found = unit.session.scalars(select(Incident.id).where(Incident.closed_at.is_(None))).all()
        for incident in found:
            with self._work(CLERK) as unit:
                incidents.close_incident(unit, incident_id=incident, outcome=outcome, office_id=office)

    @rule()
    def returns_are_signed(self) -> None:
        """What goes back lies on a manifest that the agency signs."""
        town = self.post.town
        self.post.sweep()
        with self._work(CLERK) as unit:
            made = returning.make_manifest(unit, point_id=town.points[POINT], office_id=self.post.office)
            returning.sign(unit, agency_id=town.agencies["H29"], manifest_number=made.number)

    @rule(
        index=which,
        kind=st.sampled_from([ClaimKind.PRICE_ERROR, ClaimKind.DAMAGED, ClaimKind.DELAYED]),
        right=st.sampled_from([0, 9_000]),
        so_far=st.sampled_from(["proposed", "approved", "paid by bank", "paid by till"]),
    )
    def claims_are_settled(self, index: int, kind: ClaimKind, right: int, so_far: str) -> None:
        """One is opened if it can be; then what is there is proposed, and may be approved by another, and paid."""
        with self._work(CLERK) as unit:
            item = locked_by_number(unit, self.numbers[index])
            if kind is ClaimKind.DELAYED:
                item.due_day = unit.today - timedelta(days=5)
            percent = 50 if kind is ClaimKind.DAMAGED else None
            price = right if kind is ClaimKind.PRICE_ERROR else None
            claims.open_claim(unit, item, kind, damage_percent=percent, right_price=price)
        with self.post.work(ADMIN) as unit:
            found = unit.session.scalars(select(Claim.id).order_by(Claim.id)).all()
        for claim_id in found:
            with self._work(ADMIN) as unit:
                claims.propose(unit, claim_id)
            if so_far == "proposed":
                continue
            with self._work(SECOND) as unit:
                claims.approve(unit, claim_id)
            if so_far == "approved":
                continue
            with self._work(ADMIN) as unit:
                office = self.post.office if so_far == "paid by till" else None
                claims.pay(unit, claim_id, reference="PC", office_id=office)

    @rule(paid=st.booleans())
    def agencies_are_settled_with(self, paid: bool) -> None:
        """Fees are listed and paid over, or the list is given up; a month's postage is billed and paid."""
        agency = self.post.town.agencies["H29"]
        with self._work(ADMIN) as unit:
            number = remitting.draw(unit, agency_id=agency, through=unit.today).number
            unit.session.flush()
            self._list = number
        if hasattr(self, "_list"):
            with self._work(SECOND) as unit:
                if paid:
                    reference = f"CK-{next(self.references)}"
                    remitting.record_paid(unit, number=self._list, bank_reference=reference)
                else:
                    remitting.cancel(unit, number=self._list)
        with self._work(ADMIN) as unit:
            statement = billing.draw(unit, agency_id=agency, month=MONDAY.date().replace(day=1))
            told = notice(statement.number, statement.gross, f"FT-{next(self.references)}")
            if paid:
                receive(unit, told, told_by="hook")

    def _ties_out(self) -> None:
        """Nothing is found, and each book sums to nothing."""
        with self.post.work("job:check") as unit:
            assert [fault.words("en") for fault in check(unit).faults] == []
            assert all(sum(rows.values()) == 0 for rows in balances(unit).values())
            happened.update(unit.session.scalars(select(Posting.kind).distinct()))

    def teardown(self) -> None:
        """What is left is delivered and the evening comes: everything ties out. The database goes with the walk."""
        if not hasattr(self, "name"):
            return
        try:
            if hasattr(self, "numbers"):
                self.a_round_is_made(chosen=set(range(ITEMS)), results=[True] * ITEMS)
                self.the_evening_comes(off=-20_000, part=2)
        finally:
            self.wiring.engine.dispose()
            self.server.drop_database(self.name)


def test_no_order_of_doings_leaves_a_dong_without_its_deed(
    server: Server, database: str, wiring: Wiring, town: Town, clock: HandClock
) -> None:
    """People pay twice, weigh again, lose, return, refuse and miscount: every evening ties out."""
    # A database with a connection cannot be copied.
    wiring.engine.dispose()

    class Here(Walk):
        pass

    Here.server, Here.template, Here.town, Here.clock = server, database, town, clock
    happened.clear()
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=10,
            stateful_step_count=15,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert {PostingKind.COLLECTED, PostingKind.SHIFT_CLOSED, PostingKind.VARIANCE} <= happened, "the walks went nowhere"
