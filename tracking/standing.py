"""Gathers from the trunk what a citizen's page shows of one item, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from delivery import choices
from delivery.choices import Costs, Options
from delivery.money.charging import due_at_door, standing
from delivery.rules.calendar import HalfDay, half_day, vietnam_day, vietnam_instant, vietnam_time
from delivery.rules.compensation import steps_of
from delivery.rules.compensation_terms import ClaimKind
from delivery.rules.policy import Channel
from delivery.rules.returns import Condition
from delivery.rules.states import FINAL, State
from delivery.rules.vietqr import Account
from delivery.store.attempts import Choice
from delivery.store.claims import Claim, ClaimState
from delivery.store.events import Event
from delivery.store.items import Item, NextStep
from delivery.store.offices import Office
from delivery.store.queries import citizens
from delivery.store.queries.attempts import ANOTHER_DAY, AUTHORISED_PERSON, REDELIVERY, counted_visits
from delivery.store.queries.claims import claims_of, terms_on
from delivery.store.queries.held import invitations_of, waits_for_post
from delivery.store.queries.money import quote_of
from delivery.store.queries.policies import policy_of, working_calendar
from delivery.store.queries.returns import address_deadline, return_conditions
from delivery.store.work import Work
from tariffs.book import Book, Label, Payer
from tariffs.lines import Line
from tracking.advice import Counter, Standing, Visit, still_comes, what_to_do, where_it_is
from tracking.claims import Claimed, entitled_to
from tracking.paying import Paying, paying_of
from tracking.timeline import Entry, Happened, entries
from tracking.words import Words


@dataclass(frozen=True, kw_only=True)
class Price:
    """What is still to pay at the door, in đồng, with the addressee's lines of the quote.

    `illustrative`: the book only shows how a price is made, and is nobody's price list.
    """

    due: int
    lines: tuple[Line, ...]
    agency_fee: int
    illustrative: bool
    frozen: bool


@dataclass(frozen=True, kw_only=True)
class Invited:
    """An invitation to the counter: its number, day and channel, and whether the channel has proved it."""

    number: int
    day: date
    channel: Channel
    proven: bool


@dataclass(frozen=True, kw_only=True)
class Shown:
    """All that the page of one item shows."""

    number: str
    standing: Standing
    timeline: tuple[Entry, ...]
    price: Price
    paying: Paying
    due_day: date | None
    documents: int
    visits: tuple[int, int]
    invitations: tuple[Invited, ...]
    conditions: tuple[Condition, ...]
    options: Options
    costs: Costs
    person_named: bool
    claims: tuple[Claimed, ...]
    entitled: Words | None

    @property
    def to_do(self) -> tuple[Words, ...]:
        """What the addressee needs to do, the most pressing first."""
        return what_to_do(self.standing)

    @property
    def pays(self) -> bool:
        """Whether money is still a question between the addressee and the post."""
        return still_comes(self.standing) or self.standing.state is State.DELIVERED

    @property
    def where(self) -> Words:
        """The state in one sentence."""
        return where_it_is(self.standing)


def shown(unit: Work, item_id: UUID, books: Sequence[Book], account: Account | None) -> Shown:
    """Read the item in its own world's unit. `account` is what transfers pay into, if any."""
    item = citizens.item_shown(unit, item_id)
    made = choices.choices_of(unit, item.id)
    price = _price(unit, item, books)
    claims = tuple(_claimed(claim) for claim in claims_of(unit, item.id))
    claimed = any(claim.kind is ClaimKind.LOST for claim in claims)
    costs = choices.costs(unit, item, books)
    options = choices.options(unit, item)
    standing = _standing(unit, item, made, due=price.due, saved=costs.saved, claimed=claimed, asked=options.confirm)
    return Shown(
        number=item.number,
        standing=standing,
        timeline=_timeline(unit, citizens.events_of(unit, item.id)),
        price=price,
        paying=paying_of(unit, item, account, due=price.due if price.frozen else 0, comes=still_comes(standing)),
        due_day=item.due_day,
        documents=len(item.documents),
        visits=(counted_visits(unit, item.id), policy_of(unit, item).visits_allowed),
        invitations=_invitations(unit, item),
        conditions=_conditions(unit, item),
        options=options,
        costs=costs,
        person_named=any(choice.kind == AUTHORISED_PERSON for choice in made),
        claims=claims,
        entitled=_entitled(unit, item),
    )


def _standing(
    unit: Work, item: Item, made: Sequence[Choice], *, due: int, saved: int, claimed: bool, asked: bool
) -> Standing:
    waiting = item.next_step is NextStep.ADDRESS
    return Standing(
        state=item.state,
        next_step=item.next_step,
        today=unit.today,
        agency=item.agency.name,
        return_point=f"{item.return_point.name}, {item.return_point.address}",
        office=_counter(item.delivery_office) if item.delivery_office else None,
        recalled=item.recalled_at is not None,
        visit=_visit(unit, item, made) if item.next_step is NextStep.DELIVER else None,
        held_until=item.held_until,
        address_until=address_deadline(unit, item) if waiting else None,
        address_given=waiting and any(choice.kind == choices.ADDRESS for choice in made),
        due=due,
        saved=saved,
        claimed=claimed,
        asked=asked,
    )


def _claimed(claim: Claim) -> Claimed:
    agreed = claim.state in (ClaimState.APPROVED, ClaimState.PAID)
    return Claimed(
        kind=claim.kind,
        state=claim.state,
        refund=claim.refund,
        compensation=claim.compensation,
        agency_fee=claim.agency_fee,
        answer_by=claim.answer_by,
        pay_by=claim.pay_by,
        paid_on=None if claim.paid_at is None else vietnam_day(claim.paid_at),
        why=claim.why,
        steps=steps_of(claim.decision) if agreed else (),
    )


def _entitled(unit: Work, item: Item) -> Words | None:
    """What the law gives the addressee of an item that the post has lost."""
    if item.state is not State.LOST or item.accepted_at is None:
        return None
    return entitled_to(terms_on(unit, vietnam_day(item.accepted_at))[1])


def _visit(unit: Work, item: Item, made: Sequence[Choice]) -> Visit | None:
    """The visit to come: by the plan that has it, as the addressee agreed, or the earliest it can be."""
    wished = HalfDay(item.half_day) if item.half_day else None
    not_before = vietnam_day(item.not_before) if item.not_before else None
    planned = citizens.planned_visit(unit, item)
    if planned is not None and (not_before is None or not_before <= planned.day):
        split = policy_of(unit, item).half_day_split
        half = half_day(vietnam_instant(planned.day, time(planned.hours[0])), split)
        if wished in (None, half):
            late = planned.taken and vietnam_time(unit.now).hour >= planned.hours[1]
            told = planned.hours if planned.taken else None
            return Visit(day=planned.day, half_day=half, hours=told, late=late, certain=True)
    if not_before is None:
        return None
    agreed = any(choice.day == not_before and choice.kind in (ANOTHER_DAY, REDELIVERY) for choice in made)
    # Days are planned the evening before: what is on no route today goes out on the next working day at the earliest.
    earliest = max(not_before, working_calendar(unit).after(unit.today, 1))
    return Visit(day=earliest, half_day=wished, certain=agreed and earliest == not_before)


def _counter(office: Office) -> Counter:
    commune, province = office.commune.name, office.commune.province.name
    place = province if commune in office.name else f"{commune}, {province}"
    return Counter(name=office.name, place=place, opens=office.opens, closes=office.closes)


def _timeline(unit: Work, events: Sequence[Event]) -> tuple[Entry, ...]:
    names = citizens.names_of_offices(unit, {event.place for event in events if event.place})
    return entries(
        Happened(
            seq=event.seq,
            kind=event.kind,
            state=event.state,
            at=event.occurred_at,
            place=names.get(event.place) if event.place else None,
            data=event.data,
        )
        for event in events
    )


def _price(unit: Work, item: Item, books: Sequence[Book]) -> Price:
    due = due_at_door(unit, item)
    row = quote_of(unit, item.id)
    lines: tuple[Line, ...] = ()
    if row is not None:
        lines = tuple(line for line in standing(row).lines if line.payer is Payer.ADDRESSEE)
    official = {book.code for book in books if book.label is Label.OFFICIAL}
    return Price(
        due=due.total,
        lines=lines if due.postage else (),
        agency_fee=due.agency_fee,
        illustrative=row is not None and row.book not in official,
        frozen=row is not None and row.frozen_at is not None,
    )


def _invitations(unit: Work, item: Item) -> tuple[Invited, ...]:
    return tuple(
        Invited(
            number=row.number,
            day=vietnam_day(row.proved_at) if row.proved_at and row.channel == Channel.LETTER else row.day,
            channel=Channel(row.channel),
            proven=row.proved_at is not None,
        )
        for row in invitations_of(unit, item.id)
        if not waits_for_post(row)
    )


def _conditions(unit: Work, item: Item) -> tuple[Condition, ...]:
    going = item.state in (State.RETURNING, State.RETURNED) or (
        item.next_step is NextStep.RETURN and item.state not in FINAL
    )
    return return_conditions(unit, item).items if going else ()
