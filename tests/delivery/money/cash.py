"""Cash for tests: items handed over at the door against cash, by the courier of Sài Gòn's office."""

from uuid import UUID

from sqlalchemy import select

from delivery import acceptance
from delivery.money.shifts import in_hand
from delivery.store.items import Item
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.delivery.made_rounds import CLERK, Post
from tests.factories import Town

FEE = 50_000
POINT = ("H29", "P1")


def accepted(
    post: Post, count: int, *, fee: int = FEE, payer: str = "addressee", waivers: tuple[str, ...] = ()
) -> list[str]:
    """New items with an agency's fee, accepted and on the shelf; their numbers."""
    with post.work(CLERK) as unit:
        items = made_items(unit, post.town, count, first=post.serial, point=POINT)
        post.serial += count
        for item in items:
            item.agency_fee, item.payer, item.waivers = fee, payer, list(waivers)
        numbers = [item.number for item in items]
    with post.work(CLERK) as unit:
        acceptance.accept(
            unit, post.wiring.books, point_id=post.town.points[POINT], numbers=numbers, office_id=post.office
        )
    return numbers


def carrying(wiring: Wiring, town: Town, clock: HandClock, *, count: int = 2, fee: int = FEE) -> Post:
    """A courier who handed `count` items over for cash this Monday morning and has not closed."""
    post = Post(wiring, town, clock)
    clock.set(9)
    numbers = accepted(post, count, fee=fee)
    post.go_out(numbers)
    for number in numbers:
        post.hand_over(number)
    return post


def purse(post: Post) -> int:
    """What the courier should have in hand, in đồng."""
    with post.work(CLERK) as unit:
        carried = in_hand(unit, courier_id=post.courier)
        return 0 if carried is None else carried.total


def item_id(post: Post, number: str) -> UUID:
    """The id of the item of that number."""
    with post.work(CLERK) as unit:
        return unit.session.scalars(select(Item.id).where(Item.number == number)).one()
