"""Claims for money back, the terms they are decided by, and what of an item's story decides them."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final
from uuid import UUID

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import joinedload

from delivery.errors import NotFound
from delivery.rules.calendar import vietnam_day
from delivery.rules.compensation_terms import Terms, read_terms
from delivery.rules.reasons import Fault
from delivery.rules.states import Happening
from delivery.store.attempts import Attempt, AttemptKind
from delivery.store.billing import RemittanceLine
from delivery.store.claims import Claim, ClaimState, CompensationTerms
from delivery.store.events import Event
from delivery.store.items import Item
from delivery.store.ledger import LedgerBook, Posting, PostingKind
from delivery.store.money import Payment, PaymentKind
from delivery.store.staff import Staff
from delivery.store.work import Work

PAGE: Final = 50
"""Claims on one page of the queue."""
UNSETTLED: Final = (ClaimState.OPEN, ClaimState.PROPOSED, ClaimState.APPROVED)


@lru_cache(maxsize=64)
def _read(document: str) -> Terms:
    return read_terms(json.loads(document))


def terms_on(unit: Work, day: date) -> tuple[str, Terms]:
    """The version of the terms that were in force on `day`, and the terms.

    For a day before the first ones, the first ones: nobody loses a claim because terms were published late. Raises
    NotFound in words while none were published at all.
    """
    rows = unit.session.scalars(select(CompensationTerms).order_by(CompensationTerms.valid_from)).all()
    if not rows:
        raise NotFound(
            "no-compensation-terms",
            vi="Chưa có quy định bồi thường nào: chạy lệnh flask policies load.",
            en="No compensation terms are published: run flask policies load.",
        )
    row = max((row for row in rows if row.valid_from <= day), key=lambda row: row.valid_from, default=rows[0])
    return row.version, _read(json.dumps(row.document, sort_keys=True))


def claims_of(unit: Work, item_id: UUID) -> Sequence[Claim]:
    """An item's claims, the oldest first."""
    return unit.session.scalars(select(Claim).where(Claim.item_id == item_id).order_by(Claim.id)).all()


def claims_in(unit: Work, state: ClaimState, page: int) -> tuple[Sequence[Claim], bool]:
    """A page (from 1) of this world's claims in one state, and whether another follows.

    What waits comes in the order in which the law wants it done; what is over, the latest first.
    """
    order = {ClaimState.OPEN: Claim.answer_by, ClaimState.PROPOSED: Claim.answer_by, ClaimState.APPROVED: Claim.pay_by}
    query = (
        select(Claim)
        .where(Claim.world_id == unit.world_id, Claim.state == state)
        .options(joinedload(Claim.item).joinedload(Item.agency))
        .order_by(*((order[state], Claim.id) if state in order else (Claim.id.desc(),)))
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    found = unit.session.scalars(query).all()
    return found[:PAGE], len(found) > PAGE


def claims_by_state(unit: Work) -> Mapping[ClaimState, int]:
    """How many of this world's claims stand in each state."""
    query = select(Claim.state, func.count()).where(Claim.world_id == unit.world_id).group_by(Claim.state)
    found: dict[ClaimState, int] = dict(unit.session.execute(query).all())
    return {state: found.get(state, 0) for state in ClaimState}


def fees_collected(unit: Work, item_id: UUID) -> tuple[int, int]:
    """The agency's fees collected for an item: what the post still has of them, and what stands on a remittance."""
    fees = unit.session.scalars(
        select(Payment).where(Payment.item_id == item_id, Payment.kind == PaymentKind.AGENCY_FEE)
    ).all()
    listed = set(
        unit.session.scalars(
            select(RemittanceLine.payment_id).where(
                RemittanceLine.payment_id.in_([fee.id for fee in fees]), RemittanceLine.released.is_(False)
            )
        )
    )
    kept = sum(fee.amount for fee in fees if fee.id not in listed)
    given_back = select(func.coalesce(func.sum(Posting.amount), 0)).where(
        Posting.item_id == item_id,
        Posting.book == LedgerBook.AGENCY_FEE,
        Posting.kind == PostingKind.CLAIMED,
    )
    remitted = sum(fee.amount for fee in fees if fee.id in listed)
    return max(0, kept - int(unit.session.scalar(given_back) or 0)), remitted


def day_reached(unit: Work, item_id: UUID) -> date | None:
    """Vietnam's day on which the post first did its part.

    It handed the item over, had it ready to collect, or came to the door in vain through no fault of its own.
    """
    done = select(func.min(Event.occurred_at)).where(
        Event.item_id == item_id, Event.kind.in_((Happening.DELIVERED, Happening.READY_FOR_COLLECTION))
    )
    came = select(func.min(Attempt.occurred_at)).where(
        Attempt.item_id == item_id,
        Attempt.kind == AttemptKind.VISIT,
        Attempt.fault != Fault.CARRIER,
        Attempt.reversed_at.is_(None),
    )
    moments = [moment for moment in (unit.session.scalar(done), unit.session.scalar(came)) if moment is not None]
    return vietnam_day(min(moments)) if moments else None


def day_delivered(unit: Work, item_id: UUID) -> date | None:
    """Vietnam's day on which the item was handed over last, or None."""
    moment = unit.session.scalar(
        select(func.max(Event.occurred_at)).where(Event.item_id == item_id, Event.kind == Happening.DELIVERED)
    )
    return None if moment is None else vietnam_day(moment)


def overdue(unit: Work) -> int:
    """How many of this world's claims wait for an answer or for their money beyond the day that the law sets."""
    answer = Claim.state.in_((ClaimState.OPEN, ClaimState.PROPOSED)) & (Claim.answer_by < unit.today)
    money = (Claim.state == ClaimState.APPROVED) & (Claim.pay_by < unit.today)
    query = select(func.count()).where(Claim.world_id == unit.world_id, answer | money)
    return unit.session.scalar(query) or 0


def names_of_actors(unit: Work, claim: Claim) -> Mapping[str, str]:
    """What colleagues call the members of staff who acted on a claim, by actor; programs have no name."""
    acted = (claim.opened_by, claim.proposed_by, claim.approved_by, claim.paid_by)
    ids = {actor: actor.removeprefix("staff:") for actor in acted if actor and actor.startswith("staff:")}
    rows = unit.session.execute(
        select(Staff.id, Staff.display_name).where(cast(Staff.id, String).in_(list(ids.values())))
    )
    names = {str(staff_id): name for staff_id, name in rows}
    return {actor: names[key] for actor, key in ids.items() if key in names}
