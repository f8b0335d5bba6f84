"""An office in the middle of its work, so that every page of the desk has something to show."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from delivery import acceptance, bags, dispatch, incidents
from delivery.rules.calendar import ONE_DAY
from delivery.rules.reasons import IncidentKind, Reason
from delivery.store.items import Placed
from delivery.wiring import Wiring
from routing.solver import solve
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.delivery.made_rounds import CLERK, Post
from tests.factories import Town

POINT = ("H29", "P1")
ELSEWHERE = ("H29", "P2")


@dataclass(frozen=True, kw_only=True)
class BusyOffice:
    """Sài Gòn's office on Wednesday 2 December 2026, 10:00. Everything named by number is S10."""

    post: Post
    announced: list[str]
    shelved: list[str]
    out: list[str]
    route: UUID
    held: str
    by_letter: str
    to_call: str
    in_review: str
    returning: str
    lost: str
    forwarded: list[str]
    bag: str
    plan: UUID


def busy_office(wiring: Wiring, town: Town, clock: HandClock) -> BusyOffice:
    """Fill the office through the use cases: two days of visits, then the third morning."""
    post = Post(wiring=wiring, town=town, clock=clock)
    held, by_letter, returning = _after_two_days(post)
    clock.set(8, days=1)
    out = post.out(6)
    clock.set(10)
    post.hand_over(out[0])
    post.fail(out[1])
    with wiring.work(CLERK) as unit:
        announced = [item.number for item in made_items(unit, town, 12, first=500, point=POINT)]
        made_items(unit, town, 1, first=600, point=POINT, placed=Placed.REVIEW, located=False)
        unclear = made_items(unit, town, 1, first=601, point=POINT, placed=Placed.REVIEW, located=False)[0].number
    lost = post.one()
    with wiring.work(CLERK) as unit:
        incidents.open_incident(unit, number=lost, office_id=post.office, kind=IncidentKind.DAMAGED)
    return BusyOffice(
        post=post,
        announced=announced,
        shelved=post.shelved(8),
        out=out,
        route=post.routes[out[0]],
        held=held,
        by_letter=by_letter,
        to_call=post.one(phone=False),
        in_review=unclear,
        returning=returning,
        lost=lost,
        forwarded=_accepted(post, 4, first=700, point=POINT, commune="tan_dinh", office=town.sai_gon),
        bag=_bag_on_its_way(post, town),
        plan=planned(wiring, post.office, date(2026, 12, 2) + ONE_DAY),
    )


def planned(wiring: Wiring, office: UUID, day: date) -> UUID:
    """A plan of the office's day, asked for and solved as the worker does it."""
    with wiring.work(CLERK) as unit:
        plan_id = dispatch.request_plan(unit, office_id=office, day=day).id
    with wiring.work("job:solve_plans") as unit:
        dispatch.claim_plan(unit, lease=timedelta(minutes=1))
        office_day = dispatch.problem_for(unit, office_id=office, day=day)
    solved = solve(office_day.problem, seconds=0.05)
    with wiring.work("job:solve_plans") as unit:
        dispatch.accept_plan(unit, plan_id=plan_id, office_day=office_day, plan=solved)
    return plan_id


def _after_two_days(post: Post) -> tuple[str, str, str]:
    """An item at the counter, one whose invitation must be a letter, and one that goes back because it was refused."""
    waits, by_letter, refused = post.one(), post.one(phone=False), post.one()
    post.clock.set(9)
    post.go_out([waits, by_letter], hour=9)
    for number in (waits, by_letter):
        post.fail(number)
    post.back([waits, by_letter])
    post.clock.set(14, days=1)
    post.go_out([waits, by_letter, refused], hour=14)
    for number in (waits, by_letter):
        post.fail(number)
    post.fail(refused, Reason.REFUSED)
    post.clock.set(17)
    post.back([waits, by_letter, refused])
    post.sweep()
    return waits, by_letter, refused


def _accepted(post: Post, count: int, *, first: int, point: tuple[str, str], commune: str, office: UUID) -> list[str]:
    with post.wiring.work(CLERK) as unit:
        made = made_items(unit, post.town, count, first=first, point=point, commune=commune)
        numbers = [item.number for item in made]
    with post.wiring.work(CLERK) as unit:
        point_id = post.town.points[point]
        acceptance.accept(unit, post.wiring.books, point_id=point_id, numbers=numbers, office_id=office)
    return numbers


def _bag_on_its_way(post: Post, town: Town) -> str:
    _accepted(post, 3, first=800, point=ELSEWHERE, commune="sai_gon", office=town.tan_dinh)
    with post.wiring.work(CLERK) as unit:
        (bag,) = bags.pack(unit, office_id=town.tan_dinh)
        return bag.number
