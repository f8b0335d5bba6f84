"""A whole post at work for one journey: the real application on a port, its jobs, and a phone network.

Everything happens over HTTP, as the people and programs would do it; only the clock is moved by hand.
"""

import html
import re
from datetime import date
from typing import cast

from sqlalchemy import select

from delivery.jobs import run_all
from delivery.rules.calendar import vietnam_day
from delivery.rules.evidence import ChainedEvent, verify_chain
from delivery.store.events import Event
from delivery.store.items import Item
from delivery.wiring import Wiring
from demo.client import Browser, Program, Reply, Server
from demo.twilio_standin import TwilioStandin
from tests.conftest import HandClock
from tests.factories import CLIENT_SECRET, PASSWORD, Town

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
PHONE = "0912345678"
ADDRESS = "45/6 Trần Quang Khải, Phường Tân Định, Thành phố Hồ Chí Minh"


class Post:
    """The post of the town: `sg` accepts for agency H29's point P1, `td` delivers in Tân Định."""

    def __init__(self, wiring: Wiring, clock: HandClock, town: Town, port: int, network: TwilioStandin) -> None:
        self.wiring = wiring
        self.clock = clock
        self.town = town
        self.network = network
        self._server = Server(port)
        self._browsers: dict[tuple[str, date], Browser] = {}
        self.agency = Program(self._server, town.clients["H29"], CLIENT_SECRET)

    # --- time

    def tick(self) -> None:
        """Let every timed job run, and the phone network report, until nothing is under way."""
        for _ in range(2):
            run_all(self.wiring)
            self.network.wait_until_idle(20)

    def at(self, hour: int, minute: int = 0, *, days: int = 0) -> None:
        """Go to a time of day, `days` later, and let the jobs run."""
        self.clock.set(hour, minute, days=days)
        self.tick()

    def next_working_day(self, hour: int, minute: int = 0) -> None:
        """Go to the next day that is not a Saturday or Sunday (no holiday lies in the journeys' weeks)."""
        days = 1
        while (self.today.weekday() + days) % 7 >= 5:
            days += 1
        self.at(hour, minute, days=days)

    @property
    def today(self) -> date:
        """Vietnam's day."""
        return vietnam_day(self.clock.at)

    # --- the agency

    def hand_over(self, reference: str = "A-1", *, address: str = ADDRESS, **more: object) -> str:
        """An agency's program registers one result; gives its number."""
        body = {
            "agency_reference": reference,
            "dossier_code": "000.00.01.H29-261130-0420",
            "handover_point": "P1",
            "weight_g": 60,
            "payer": "addressee",
            "documents": [{"kind": "identity_card", "original": True, "sheets": 1}],
            "addressee": {"name": "Trần Thị Thử", "phone": PHONE, "address": {"text": address}},
            **more,
        }
        return str(self.agency.post("/api/v1/items", body).wanted(201).json()["code"])

    def seen_by_agency(self, number: str) -> dict[str, object]:
        """What the API says of an item."""
        return self.agency.get(f"/api/v1/items/{number}").wanted(200).json()

    def state(self, number: str) -> str:
        """The state that the API shows."""
        return str(self.seen_by_agency(number)["state"])

    def feed(self, number: str) -> list[str]:
        """The events of an item as the agency's feed gives them."""
        items = self.agency.get("/api/v1/events?after=0").wanted(200).json()["items"]
        return [str(row["event"]) for row in cast(list[dict[str, object]], items) if row["code"] == number]

    # --- the post

    def staff(self, login: str) -> Browser:
        """A member of staff, who signs in anew each day."""
        shift = (login, self.today)
        if shift not in self._browsers:
            self._browsers[shift] = Browser(self._server)
            self._browsers[shift].sign_in(login, PASSWORD)
        return self._browsers[shift]

    def desk(self, office: str, path: str, **fields: str) -> Reply:
        """The clerk of an office sends a form."""
        return self.staff(f"clerk.{office}").post(f"/desk{path}", fields).wanted(303)

    def carry_to_delivery_office(self, number: str) -> None:
        """Day one: accepted at the counter of sg, bagged; the next morning opened at td."""
        self.desk("sg", "/acceptance", point="H29/P1", numbers=number)
        self.desk("sg", "/bags", to="all")
        self.next_working_day(7, 15)
        self.open_bags("td")

    def open_bags(self, office: str) -> int:
        """The clerk opens every bag that came."""
        page = self.staff(f"clerk.{office}").get("/desk/bags").wanted(200).text
        bags = re.findall(r'action="/desk/bags/([^/"]+)/arrive"', page)
        for bag in bags:
            self.desk(office, f"/bags/{bag}/arrive", seal_intact="yes")
        return len(bags)

    def plan(self, office: str = "td") -> str:
        """The dispatcher plans today; the worker solves; gives the one route's id."""
        answer = self.staff(f"dispatcher.{office}").post("/desk/plan", {"day": self.today.isoformat()}).wanted(303)
        self.tick()
        plan = self.staff(f"dispatcher.{office}").get(answer.where + ".json").wanted(200).json()
        assert plan["state"] == "ready", plan
        routes = cast(list[dict[str, object]], plan["routes"])
        assert len(routes) == 1
        return str(routes[0]["id"])

    def take(self, route: str, courier: str = "courier.td.1") -> list[str]:
        """The courier takes the bundle; gives the ids of the stops in order."""
        self.staff(courier).post(f"/courier/routes/{route}/take", {}).wanted(303)
        page = self.staff(courier).get(f"/courier/routes/{route}").wanted(200).text
        return list(dict.fromkeys(re.findall(rf"/courier/stops/({_UUID})", page)))

    def report(self, stop: str, number: str, outcome: str, **fields: str) -> Reply:
        """The courier reports on an envelope at a stop."""
        sent = [("number", number), ("outcome", outcome), ("called", "yes"), *fields.items()]
        if outcome == "delivered":
            sent += [("receiver", "addressee"), ("paid", "cash"), ("proof", "identity"), ("proof", "signature")]
        return self.staff("courier.td.1").post(f"/courier/stops/{stop}/report", sent)

    def visit(self, number: str, outcome: str, *, hour: int) -> str:
        """A whole visit: plan, take, report at `hour`; gives the route's id."""
        route = self.plan()
        stops = self.take(route)
        self.at(hour)
        self.report(stops[0], number, outcome).wanted(303)
        return route

    def bring_back(self, route: str, number: str) -> None:
        """The clerk's scan at half past five."""
        self.at(17, 30)
        self.desk("td", f"/routes/{route}/back", numbers=number)
        self.tick()

    # --- the citizen

    def texts(self) -> list[str]:
        """The messages on the addressee's phone, the first first."""
        return [str(message["body"]) for message in self.network.messages(to="+84" + PHONE[1:])]

    def citizen(self) -> tuple[Browser, str]:
        """The addressee opens the link of the last message; gives the browser and the page's address."""
        link = re.findall(r"http://\S+/t/(\S+)", " ".join(self.texts()))[-1]
        browser = Browser(self._server)
        return browser, browser.get(f"/t/{link}").wanted(303).where

    def page(self) -> str:
        """The citizen's page as text."""
        browser, where = self.citizen()
        markup = browser.get(where).wanted(200).text
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())

    # --- what must always hold

    def chain_is_whole(self, number: str) -> None:
        """Gapless, and each hash follows from the one before."""
        with self.wiring.work("job:test") as unit:
            item = unit.session.scalars(select(Item).where(Item.number == number)).one()
            rows = unit.session.scalars(select(Event).where(Event.item_id == item.id).order_by(Event.seq)).all()
            assert verify_chain([ChainedEvent(seq=e.seq, body=e.content(), hash=e.hash) for e in rows]) == []
