"""A day on which money moves in every way that the post knows, so that a check of the books has everything to hold."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from delivery import returning
from delivery.money import billing, claims, remitting
from delivery.money.banking import give_back, sent_back
from delivery.money.charging import Taker, due_at_door, take_payment
from delivery.money.correcting import weigh_again
from delivery.money.matching import Why
from delivery.money.shifts import VarianceReason, close
from delivery.money.tills import deposit
from delivery.rules.compensation_terms import ClaimKind
from delivery.rules.reasons import Reason
from delivery.store.claims import Claim
from delivery.store.items import Item
from delivery.store.queries.items import locked_by_number
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, Post
from tests.delivery.money.bank_notices import told
from tests.delivery.money.cash import FEE, accepted, purse
from tests.factories import Town

ADMIN, SECOND = "staff:admin", "staff:admin.2"
SHORTAGE = 20_000
TOO_MUCH = 7_000


@dataclass(frozen=True, kw_only=True)
class FullDay:
    """Who is who, by number: every item is of agency H29, which pays for `by_agency` only."""

    post: Post
    at_door: list[str]
    by_agency: str
    waived: str
    by_transfer: str
    at_till: str
    returned: str
    weighed: str
    wrong_price: str
    shift: UUID
    remittance: str
    statement: str


def full_day(wiring: Wiring, town: Town, clock: HandClock) -> FullDay:
    """Monday 30 November 2026, and the Tuesday on which November's statement is drawn and paid."""
    post = Post(wiring, town, clock)
    clock.set(9)
    at_door = accepted(post, 3)
    (by_agency,) = accepted(post, 1, payer="agency")
    (waived,) = accepted(post, 1, fee=0, waivers=("poor_household",))
    by_transfer, at_till, returned, weighed, wrong_price = accepted(post, 5)
    post.go_out([*at_door, by_agency, waived, returned, wrong_price])
    for number in (*at_door, waived, wrong_price):
        post.hand_over(number)
    post.fail(returned, Reason.REFUSED)
    shift = _closes(post)
    post.hand_over(by_agency)
    _at_the_desk(post, at_till, weighed, returned)
    _at_the_bank(post, by_transfer)
    remittance = _remits(post)
    _refunds(post, wrong_price)
    clock.set(9, days=1)
    return FullDay(
        post=post,
        at_door=at_door,
        by_agency=by_agency,
        waived=waived,
        by_transfer=by_transfer,
        at_till=at_till,
        returned=returned,
        weighed=weighed,
        wrong_price=wrong_price,
        shift=shift,
        remittance=remittance,
        statement=_bills(post),
    )


def _closes(post: Post) -> UUID:
    counted = purse(post) - SHORTAGE
    with post.work(CLERK) as unit:
        shift = close(
            unit, courier_id=post.courier, office_id=post.office, counted=counted, reason=VarianceReason.WRONG_CHANGE
        )
        deposit(unit, office_id=post.office, postage=30_000, agency_fee=3 * FEE, slip="NT-1")
        return shift.id


def _at_the_desk(post: Post, at_till: str, weighed: str, returned: str) -> None:
    with post.work(CLERK) as unit:
        take_payment(unit, locked_by_number(unit, at_till), taker=Taker(office_id=post.office))
        weigh_again(unit, locked_by_number(unit, weighed), post.wiring.books, weight_g=900)
    post.back([returned])
    post.sweep()
    town = post.town
    with post.work(CLERK) as unit:
        manifest = returning.make_manifest(unit, point_id=town.points["H29", "P1"], office_id=post.office).number
    with post.work("client:live_h29main") as unit:
        returning.sign(unit, agency_id=town.agencies["H29"], manifest_number=manifest)


def _at_the_bank(post: Post, by_transfer: str) -> None:
    with post.work(CLERK) as unit:
        due = due_at_door(unit, locked_by_number(unit, by_transfer)).total
    told(post.wiring, by_transfer, due + TOO_MUCH, "FT-1")
    told(post.wiring, "chuyen tien", 123_000, "FT-2")
    strange = told(post.wiring, "tien nha", 45_000, "FT-3").transfer_id
    with post.work(ADMIN) as unit:
        give_back(unit, strange, Why.NOT_FOR_US)
    with post.work(SECOND) as unit:
        sent_back(unit, strange, "CK-1")


def _remits(post: Post) -> str:
    with post.work(ADMIN) as unit:
        number = remitting.draw(unit, agency_id=post.town.agencies["H29"], through=unit.today).number
    with post.work(SECOND) as unit:
        remitting.record_paid(unit, number=number, bank_reference="CK-2")
    return number


def _refunds(post: Post, wrong_price: str) -> None:
    with post.work(CLERK) as unit:
        claims.open_claim(unit, locked_by_number(unit, wrong_price), ClaimKind.PRICE_ERROR, right_price=10_000)
    with post.work(CLERK) as unit:
        found = unit.session.execute(select(Claim.id, Claim.kind).join(Item)).all()
    for claim_id, kind in found:
        if kind is not ClaimKind.OVERPAID:
            with post.work(ADMIN) as unit:
                claims.propose(unit, claim_id)
        with post.work(SECOND) as unit:
            claims.approve(unit, claim_id)
        with post.work(ADMIN) as unit:
            office = None if kind is ClaimKind.OVERPAID else post.office
            claims.pay(unit, claim_id, reference=f"PC-{kind}", office_id=office)


def _bills(post: Post) -> str:
    with post.work(ADMIN) as unit:
        statement = billing.draw(unit, agency_id=post.town.agencies["H29"], month=date(2026, 11, 1))
        number, gross = statement.number, statement.gross
    told(post.wiring, number, gross, "FT-4")
    return number
