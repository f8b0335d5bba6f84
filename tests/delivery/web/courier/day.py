"""A courier's day for tests of the phone's pages: a round with a household of two, an agency's point, a phone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from delivery import acceptance
from delivery.store.base import new_id
from delivery.store.items import Item
from delivery.store.routes import Plan, PlanState, Route, Stop, StopItem, StopKind
from delivery.wiring import Wiring
from tests.delivery.made_items import made_items
from tests.factories import PASSWORD, Town

CLERK = "staff:clerk"


@dataclass(frozen=True, kw_only=True)
class Day:
    """Today's route of courier.sg.1: three households (the second gets two envelopes), then an agency's point."""

    route: UUID
    doors: tuple[UUID, ...]
    point: UUID
    numbers: tuple[str, ...]
    household: tuple[str, str]
    announced: tuple[str, ...]


def make_day(wiring: Wiring, town: Town, *, agency_fee: int = 0) -> Day:
    """Four envelopes on the shelf of Sài Gòn and two announced at the city's desk, planned into one route of today."""
    with wiring.work(CLERK) as unit:
        single = made_items(unit, town, 2, first=1)
        pair = made_items(unit, town, 2, first=3, household="45 Lê Lợi")
        for item in (*single, *pair):
            item.agency_fee = agency_fee
        numbers = [item.number for item in (*single, *pair)]
    with wiring.work(CLERK) as unit:
        acceptance.accept(
            unit, wiring.books, point_id=town.points["H29", "P1"], numbers=numbers, office_id=town.sai_gon
        )
        announced = [item.number for item in made_items(unit, town, 2, first=5)]
    with wiring.work(CLERK) as unit:
        items = {item.number: item for item in unit.session.scalars(select(Item).where(Item.number.in_(numbers)))}
        plan = Plan(
            id=new_id(),
            office_id=town.sai_gon,
            day=unit.today,
            state=PlanState.READY,
            requested_by=CLERK,
            requested_at=unit.now,
        )
        route = Route(
            id=new_id(),
            office_id=town.sai_gon,
            courier_id=town.couriers["courier.sg.1"],
            day=unit.today,
            vehicle="motorbike",
            metres=7400,
            seconds=9000,
        )
        route.plan = plan
        unit.session.add(plan)
        calls: Sequence[Sequence[str]] = (numbers[:1], numbers[2:], numbers[1:2], ())
        for position, together in enumerate(calls, start=1):
            at = 8 * 3600 + (position - 1) * 900
            route.stops.append(
                Stop(
                    id=new_id(),
                    position=position,
                    kind=StopKind.DELIVERY if together else StopKind.PICKUP,
                    handover_point_id=None if together else town.points["H29", "P1"],
                    arrives=at,
                    starts=at,
                    leaves=at + 120,
                    window="morning" if position == 2 else None,
                    items=[StopItem(item_id=items[number].id) for number in together],
                )
            )
        return Day(
            route=route.id,
            doors=tuple(stop.id for stop in route.stops[:3]),
            point=route.stops[3].id,
            numbers=tuple(numbers),
            household=(numbers[2], numbers[3]),
            announced=tuple(announced),
        )


class Phone:
    """A courier's browser, signed in."""

    def __init__(self, app: Flask, login: str = "courier.sg.1") -> None:
        self.client = app.test_client()
        self.csrf = ""
        self.read("/login")
        answer = self.send("/login", login=login, password=PASSWORD)
        assert answer.status_code == 303, answer.text

    def get(self, path: str) -> TestResponse:
        """A page as the server answers it."""
        return self.client.get(path, base_url="https://localhost")

    def read(self, path: str) -> str:
        """A page's HTML, entities resolved; its forgery token is kept for what is sent next."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return unescape(answer.text).replace("\N{NO-BREAK SPACE}", " ")

    def send(self, path: str, **fields: str | list[str]) -> TestResponse:
        """Send a form with its hidden fields, a new report id among them unless `fields` has one."""
        hidden = {"csrf_token": self.csrf, "report_id": str(uuid4())}
        return self.client.post(path, data={**hidden, **fields}, base_url="https://localhost")

    def follow(self, answer: TestResponse) -> str:
        """The page that a 303 leads to."""
        assert answer.status_code == 303, (answer.status_code, answer.text)
        return self.read(answer.location)

    def handed_over(self, stop: UUID, *numbers: str, **fields: str | list[str]) -> TestResponse:
        """Report a delivery to the addressee, as the page's green button does."""
        proofs = ["identity", "signature"]
        told: dict[str, str | list[str]] = {"receiver": "addressee", "proof": proofs, "paid": "cash", **fields}
        return self.send(f"/courier/stops/{stop}/report", number=list(numbers), outcome="delivered", **told)

    def failed(self, stop: UUID, reason: str, *numbers: str, **fields: str | list[str]) -> TestResponse:
        """Report that nothing was handed over, as a reason's button does."""
        return self.send(f"/courier/stops/{stop}/report", number=list(numbers), outcome=reason, **fields)
