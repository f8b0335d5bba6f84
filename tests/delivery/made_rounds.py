"""A post office at work for tests: items brought to its shelf, a courier's round over them, the days passing."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from delivery import acceptance, attempts, holding, returning
from delivery.money.charging import Method
from delivery.rules.attempts import Decision
from delivery.rules.policy import Proof, Receiver
from delivery.rules.reasons import Reason
from delivery.steps.failure import Evidence
from delivery.store.agencies import LIVE
from delivery.store.attempts import Attempt, Invitation
from delivery.store.base import new_id
from delivery.store.events import Event
from delivery.store.items import Item
from delivery.store.messages import Message, MessageState
from delivery.store.policies import Policy
from delivery.store.routes import Plan, PlanState, Route, Stop, StopItem, StopKind
from delivery.store.work import Work
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.factories import Town

PROOFS = (Proof.IDENTITY, Proof.SIGNATURE)
CLERK = "staff:clerk"
COURIER = "staff:courier"
SEEN = Evidence(called=True)


@dataclass
class Post:
    """The office of Sài Gòn and its first courier, each step in its own unit of work."""

    wiring: Wiring
    town: Town
    clock: HandClock
    world: UUID = LIVE
    serial: int = 1
    stops: dict[str, UUID] = field(default_factory=dict)
    routes: dict[str, UUID] = field(default_factory=dict)

    def work(self, actor: str) -> AbstractContextManager[Work]:
        """A unit of work in this post's world."""
        return self.wiring.work(actor, self.world)

    @property
    def office(self) -> UUID:
        """Sài Gòn's."""
        return self.town.sai_gon

    @property
    def courier(self) -> UUID:
        """The one who walks every round here."""
        return self.town.couriers["courier.sg.1"]

    def shelved(self, count: int = 1, *, point: tuple[str, str] = ("H29", "P1"), phone: bool = True) -> list[str]:
        """New items, accepted and on the office's shelf for delivery; their numbers."""
        with self.work(CLERK) as unit:
            items = made_items(unit, self.town, count, first=self.serial, point=point)
            self.serial += count
            for item in items:
                item.addressee.can_sms = phone
            numbers = [item.number for item in items]
        with self.work(CLERK) as unit:
            acceptance.accept(
                unit, self.wiring.books, point_id=self.town.points[point], numbers=numbers, office_id=self.office
            )
        return numbers

    def one(self, *, phone: bool = True) -> str:
        """One new item on the shelf."""
        return self.shelved(1, phone=phone)[0]

    def planned(self, numbers: Sequence[str], *, hour: int = 9) -> UUID:
        """A route of today with a stop for each of `numbers` from `hour` on; the plan before it is replaced."""
        with self.work(CLERK) as unit:
            unit.session.execute(update(Plan).values(state=PlanState.REPLACED))
            plan = Plan(
                id=new_id(),
                office_id=self.office,
                day=unit.today,
                state=PlanState.READY,
                requested_by=CLERK,
                requested_at=unit.now,
            )
            route = Route(
                id=new_id(),
                office_id=self.office,
                courier_id=self.courier,
                day=unit.today,
                vehicle="motorbike",
                metres=1,
                seconds=1,
            )
            route.plan = plan
            unit.session.add(plan)
            items = unit.session.scalars(select(Item).where(Item.number.in_(numbers)).order_by(Item.number)).all()
            for position, item in enumerate(items):
                at = hour * 3600 + position * 60
                stop = Stop(
                    id=new_id(),
                    position=position,
                    kind=StopKind.DELIVERY,
                    arrives=at,
                    starts=at,
                    leaves=at + 60,
                    items=[StopItem(item_id=item.id)],
                )
                route.stops.append(stop)
                self.stops[item.number], self.routes[item.number] = stop.id, route.id
            return route.id

    def take(self, route_id: UUID) -> attempts.Taken:
        """The courier takes the bundle."""
        with self.work(COURIER) as unit:
            return attempts.take(unit, route_id=route_id, courier_id=self.courier)

    def out(self, count: int = 1, *, hour: int = 9) -> list[str]:
        """New items, out with the courier."""
        numbers = self.shelved(count)
        self.go_out(numbers, hour=hour)
        return numbers

    def go_out(self, numbers: Sequence[str], *, hour: int = 9) -> None:
        """Plan and take these; all must go."""
        taken = self.take(self.planned(numbers, hour=hour))
        assert sorted(taken.numbers) == sorted(numbers), taken

    def fail(
        self,
        number: str,
        reason: Reason = Reason.NOT_HOME,
        *,
        evidence: Evidence | None = SEEN,
        occurred_at: datetime | None = None,
    ) -> tuple[Attempt, Decision]:
        """The courier reports a failed visit at the stop planned last."""
        with self.work(COURIER) as unit:
            return attempts.report_failure(
                unit,
                stop_id=self.stops[number],
                courier_id=self.courier,
                number=number,
                reason=reason,
                evidence=evidence,
                occurred_at=occurred_at,
            )

    def hand_over(
        self,
        number: str,
        *,
        receiver: Receiver = Receiver.ADDRESSEE,
        proofs: Iterable[Proof] = PROOFS,
        paid: Method | None = Method.CASH,
        occurred_at: datetime | None = None,
        evidence: Evidence | None = None,
    ) -> None:
        """The courier reports a delivery."""
        with self.work(COURIER) as unit:
            attempts.report_delivery(
                unit,
                stop_id=self.stops[number],
                courier_id=self.courier,
                number=number,
                receiver=receiver,
                proofs=proofs,
                paid=paid,
                occurred_at=occurred_at,
                evidence=evidence,
            )

    def back(self, numbers: Sequence[str], *, route: UUID | None = None) -> attempts.BroughtBack:
        """The evening scan of the route that the first of `numbers` was last on."""
        with self.work(CLERK) as unit:
            return attempts.bring_back(
                unit, route_id=route or self.routes[numbers[0]], office_id=self.office, numbers=numbers
            )

    def held(self, *, phone: bool = True) -> str:
        """An item at the counter after two visits that failed: Monday morning and Tuesday afternoon."""
        number = self.one(phone=phone)
        self.clock.set(9)
        self.go_out([number], hour=9)
        self.fail(number)
        self.back([number])
        self.clock.set(14, days=1)
        self.go_out([number], hour=14)
        self.fail(number)
        self.clock.set(17)
        self.back([number])
        return number

    def recall(self, number: str) -> None:
        """The agency's recall has arrived, as the hand-off writes it."""
        with self.work("client:live_h29main") as unit:
            item = unit.session.scalars(select(Item).where(Item.number == number)).one()
            item.recalled_at = unit.now

    def sweep(self) -> dict[str, int]:
        """Every timed job once, as the worker runs them; says how many each touched."""
        touched = {}
        for name, job in (
            ("invitations", holding.sweep_invitations),
            ("reminders", holding.sweep_reminders),
            ("expired", holding.sweep_expired),
            ("returns", returning.sweep_due),
        ):
            with self.work(f"job:{name}") as unit:
                touched[name] = job(unit, 100)
        return touched

    def receipts(self, state: MessageState = MessageState.DELIVERED) -> None:
        """The network reports on every SMS that is open, and the counter hears of it."""
        with self.work("job:messages") as unit:
            for message in unit.session.scalars(
                select(Message).where(Message.state == MessageState.OWED, Message.world_id == unit.world_id)
            ):
                message.state, message.settled_at, message.body = state, unit.now, None
                message.provider_id = f"SM{message.id.hex}"
                if state is MessageState.DELIVERED:
                    holding.prove(unit, message)
                else:
                    holding.unprovable(unit, message)

    def item(self, number: str) -> Item:
        """The item as it stands in the database."""
        with self.work(CLERK) as unit:
            item = unit.session.scalars(select(Item).where(Item.number == number)).one()
            assert item.addressee
            return item

    def events(self, number: str) -> list[Event]:
        """What happened to it, in the order of recording."""
        with self.work(CLERK) as unit:
            return list(unit.session.scalars(select(Event).join(Item).where(Item.number == number).order_by(Event.seq)))

    def texts(self, number: str) -> list[str]:
        """The templates of the SMS owed about it, in the order of owing."""
        with self.work(CLERK) as unit:
            return list(
                unit.session.scalars(
                    select(Message.template).join(Item).where(Item.number == number).order_by(Message.id)
                )
            )

    def invitations(self, number: str) -> list[Invitation]:
        """Its invitations, the first first."""
        with self.work(CLERK) as unit:
            return list(
                unit.session.scalars(
                    select(Invitation).join(Item).where(Item.number == number).order_by(Invitation.number)
                )
            )

    def policy(self, **changes: object) -> None:
        """Change the shipped policy, before or after items took it: tests only."""
        with self.work(CLERK) as unit:
            row = unit.session.scalars(select(Policy)).one()
            row.document = {**row.document, **changes}
