"""Results in from agencies: registered with a number, a price and a place, or named with what is wrong."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from delivery.errors import Invalid, Refused, Trouble
from delivery.money import charging
from delivery.money.correcting import COUNTER_REBATE
from delivery.rules.codes import S10, DossierCode
from delivery.rules.phones import parse_phone
from delivery.rules.states import Happening, State
from delivery.rules.submissions import GivenAddress, Paper, Recipient, Submission
from delivery.steps.registration import Draft, begin, draft_item, seal_addressee
from delivery.store.items import Holder, HolderKind, Item, NextStep, Placed
from delivery.store.money import PaymentKind, Quote
from delivery.store.offices import Office
from delivery.store.queries.handed import (
    by_reference,
    named_point,
    points_of,
    redispatched,
    reserve_numbers,
)
from delivery.store.queries.items import locked_by_number
from delivery.store.queries.money import paid_of, quotes_of
from delivery.store.queries.places import Placing, chosen_office, commune_of, place, read_address
from delivery.store.work import Work
from delivery.vault import Person, Reason, Vault
from routing.addresses import Match, Matcher, Parts
from tariffs.book import Book

SERVICE_INDICATOR = "RD"
"""The letters that our S10 numbers begin with."""
CHUNK = 500
"""How many rows are written at a time: few round trips, and no long silence inside the transaction."""


class RecallAnswer(StrEnum):
    """What became of a recall."""

    CANCELLED = "cancelled"
    """The envelope had not left the agency: nothing will be delivered."""
    ACCEPTED = "accepted"
    """The post holds it and sends it back."""
    PENDING = "pending"
    """It is with a courier or under inquiry: an event will say how that ended."""
    TOO_LATE = "too_late"
    """It was delivered, returned or lost before."""


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A registered item. `quote` is None while its address is in review.

    `repeated`: the very same submission had been registered before, and this is that item. `match` is None then.
    """

    item: Item
    quote: Quote | None
    match: Match | None
    repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What registering needs beside the unit of work: the matcher, and the tariff books that may be in force."""

    matcher: Matcher
    books: Sequence[Book]


def register(
    unit: Work, matcher: Matcher, books: Sequence[Book], *, agency_id: UUID, submission: Submission
) -> Registered:
    """Register one result. Raises Invalid at the culprit's pointer, or Refused when its reference means another one."""
    (outcome,) = register_many(unit, matcher, books, agency_id=agency_id, submissions=[submission])
    if isinstance(outcome, Trouble):
        raise outcome
    return outcome


def register_many(
    unit: Work,
    matcher: Matcher,
    books: Sequence[Book],
    *,
    agency_id: UUID,
    submissions: Sequence[Submission],
    numbers: Sequence[S10] | None = None,
) -> list[Registered | Trouble]:
    """Register many results, each for itself: the answers stand in the order of the submissions.

    `numbers` are as many as there are submissions, reserved beforehand: without them the range's row stays locked
    until this unit ends.
    """
    if numbers is None:
        numbers = reserve_numbers(unit, SERVICE_INDICATOR, len(submissions))
    desk = Desk(matcher=matcher, books=books)
    outcomes: list[Registered | Trouble] = []
    for start in range(0, len(submissions), CHUNK):
        outcomes += _chunk(unit, desk, agency_id, submissions[start : start + CHUNK], numbers[start : start + CHUNK])
    return outcomes


def correct_address(
    unit: Work,
    matcher: Matcher,
    books: Sequence[Book],
    *,
    agency_id: UUID | None,
    number: str,
    address: GivenAddress | str,
    commune_id: int | None = None,
) -> Item:
    """Give an item another address; an item that waited in review or for an address goes on.

    `agency_id` None: a clerk does it. `commune_id` is the commune that a person chose; without it the matcher must
    be sure. Raises Invalid naming the likeliest communes when it is not, and Refused once the item waits at the
    counter, goes back or is done. A frozen price stays as it is.
    """
    given = GivenAddress(text=address) if isinstance(address, str) else address
    item = locked_by_number(unit, number, agency_id=agency_id)
    _check_open(item)
    office = _office(unit, matcher, given, commune_id)
    digest = _reseal(unit, item, given, office, read_address(matcher, given).parts)
    elsewhere = item.delivery_office_id != office.id
    item.placed, item.commune, item.commune_id = Placed.PLACED, office.commune, office.commune_id
    item.delivery_office, item.delivery_office_id = office, office.id
    item.address_confidence = 1.0
    item.address_until = None
    if item.next_step is NextStep.ADDRESS:
        item.next_step = NextStep.DELIVER
    item.move(
        Happening.RESCHEDULED,
        unit.occasion(office.id),
        data={"address": digest, "commune": office.commune_id, "office": str(office.id)},
    )
    if item.accepted_at is None:
        charging.estimate(unit, item, books)
    else:
        charging.freeze(unit, item, books)
    if elsewhere and item.state is State.ACCEPTED and item.holder == Holder(HolderKind.OFFICE, office.id):
        # It lies where it is to be delivered from: no bag will carry it there.
        item.move(Happening.AT_DELIVERY_OFFICE, unit.occasion(office.id))
    return item


def recall(unit: Work, *, agency_id: UUID, number: str) -> RecallAnswer:
    """Call an item back. From this instant no hand-over may happen; asked twice, it answers as things now stand."""
    item = locked_by_number(unit, number, agency_id=agency_id)
    if item.state is State.CANCELLED:
        return RecallAnswer.CANCELLED
    if item.is_final:
        return RecallAnswer.TOO_LATE
    if item.state is State.RETURNING:
        return RecallAnswer.ACCEPTED
    if item.state is State.REGISTERED:
        item.recalled_at = unit.now
        item.move(Happening.CANCELLED, unit.occasion(), holder=Holder(HolderKind.AGENCY, item.origin_point_id))
        return RecallAnswer.CANCELLED
    if item.recalled_at is None:
        item.move(Happening.RECALL_REQUESTED, unit.occasion())
        item.recalled_at = unit.now
        item.next_step = NextStep.RETURN
    with_the_post = item.holder_kind in (HolderKind.OFFICE, HolderKind.BAG) and item.state is not State.UNDER_INQUIRY
    return RecallAnswer.ACCEPTED if with_the_post else RecallAnswer.PENDING


def redispatch(
    unit: Work,
    matcher: Matcher,
    books: Sequence[Book],
    *,
    agency_id: UUID,
    number: str,
    address: GivenAddress | None = None,
) -> Registered:
    """Send a returned result out again: a new item with a new number, for the same dossier and addressee.

    Without a new `address` it goes where the old item was to go. It starts at the point where the old one was signed
    for, and asks for what of the agency's fee was not paid yet, or was given back. Refused unless the old item was
    returned, and when it has been sent out again already.
    """
    old = locked_by_number(unit, number, agency_id=agency_id)
    _check_returned(unit, old)
    person = Vault.of(unit).open_person(old.addressee, reason=Reason.AGENCY)
    given = address or GivenAddress(text=person.address, location=person.location)
    paid = paid_of(unit, [old.id]).get(old.id, {}).get(PaymentKind.AGENCY_FEE, 0)
    submission = _again(old, person, given, agency_fee=max(0, old.agency_fee - paid))
    placing = place(unit, matcher, given)
    if address is None and old.delivery_office is not None:
        placing = Placing(match=placing.match, office=old.delivery_office)
    (fresh,) = reserve_numbers(unit, SERVICE_INDICATOR, 1)
    with unit.session.no_autoflush:
        item = draft_item(unit, submission, fresh, old.return_point, old.return_point, placing)
        item.dispatch_number, item.redispatch_of = old.dispatch_number + 1, old.id
        quote = charging.estimate(unit, item, books)
        seal_addressee(unit, item, submission, placing)
        unit.session.add(item)
    unit.session.flush()
    begin(unit, Draft(submission=submission, item=item, quote=quote, placing=placing))
    unit.session.flush()
    return Registered(item=item, quote=quote, match=placing.match)


def _chunk(
    unit: Work, desk: Desk, agency_id: UUID, submissions: Sequence[Submission], numbers: Sequence[S10]
) -> list[Registered | Trouble]:
    # Somebody else may register the same reference at the same time. The constraint then stops the later one, which
    # looks again and finds the item; a third look cannot differ, since references are never given up.
    try:
        with unit.session.begin_nested():
            return _written(unit, desk, agency_id, submissions, numbers)
    except IntegrityError:
        with unit.session.begin_nested():
            return _written(unit, desk, agency_id, submissions, numbers)


def _written(
    unit: Work, desk: Desk, agency_id: UUID, submissions: Sequence[Submission], numbers: Sequence[S10]
) -> list[Registered | Trouble]:
    known = by_reference(unit, agency_id, [submission.agency_reference for submission in submissions])
    outcomes: list[Draft | Item | Trouble] = []
    with unit.session.no_autoflush:
        for submission, number in zip(submissions, numbers, strict=True):
            try:
                outcome = _one(unit, desk, agency_id, submission, number, known)
            except Trouble as trouble:
                outcomes.append(trouble)
                continue
            outcomes.append(outcome)
            known[submission.agency_reference] = outcome.item if isinstance(outcome, Draft) else outcome
    # Events and commitments point at items and people that must be there first.
    unit.session.flush()
    for new in outcomes:
        if isinstance(new, Draft):
            begin(unit, new)
    unit.session.flush()
    old_quotes = quotes_of(unit, [outcome.id for outcome in outcomes if isinstance(outcome, Item)])
    return [_told(outcome, old_quotes) for outcome in outcomes]


def _told(outcome: "Draft | Item | Trouble", old_quotes: Mapping[UUID, Quote]) -> Registered | Trouble:
    if isinstance(outcome, Draft):
        return Registered(item=outcome.item, quote=outcome.quote, match=outcome.placing.match)
    if isinstance(outcome, Item):
        return Registered(item=outcome, quote=old_quotes.get(outcome.id), match=None, repeated=True)
    return outcome


def _one(
    unit: Work, desk: Desk, agency_id: UUID, submission: Submission, number: S10, known: Mapping[str, Item]
) -> Draft | Item:
    vault = Vault.of(unit)
    index = vault.index("submission", json.dumps(submission.as_json(), sort_keys=True, ensure_ascii=False))
    earlier = known.get(submission.agency_reference)
    if earlier is not None:
        if earlier.submission_index == index:
            return earlier
        raise _reference_taken(earlier)
    points = points_of(unit, agency_id)
    point = named_point(points, submission.point, "/handover_point")
    back = named_point(points, submission.return_point, "/return_point") if submission.return_point else point
    placing = place(unit, desk.matcher, submission.addressee.address)
    item = draft_item(unit, submission, number, point, back, placing)
    item.submission_index = index
    quote = charging.estimate(unit, item, desk.books)
    seal_addressee(unit, item, submission, placing)
    unit.session.add(item)
    return Draft(submission=submission, item=item, quote=quote, placing=placing)


def _reference_taken(earlier: Item) -> Refused:
    reference, number = earlier.agency_reference, earlier.number
    return Refused(
        "reference-taken",
        vi=f"Mã tham chiếu {reference} đã dùng cho bưu gửi {number} với nội dung khác. Hãy dùng mã tham chiếu mới, "
        f"hoặc sửa địa chỉ của bưu gửi đó.",
        en=f"The reference {reference} already means item {number}, handed over with other content. Use a new "
        f"reference, or correct that item's address.",
        facts={"agency_reference": reference, "code": number},
    )


def _check_open(item: Item) -> None:
    if item.recalled_at is not None or item.next_step is NextStep.RETURN:
        raise Refused(
            "item-goes-back",
            vi=f"Bưu gửi {item.number} đang chờ chuyển hoàn: không đổi địa chỉ được nữa. Nhận lại rồi gửi phát lại.",
            en=f"Item {item.number} is to go back: its address cannot be changed any more. Take it back, then send it "
            f"out again.",
            facts={"number": item.number, "state": str(item.state)},
        )
    if item.state is State.HELD:
        raise Refused(
            "item-at-counter",
            vi=f"Bưu gửi {item.number} đang lưu giữ tại quầy: chỉ người nhận mới yêu cầu phát lại được.",
            en=f"Item {item.number} is held at the counter: only its addressee can ask for it to go out again.",
            facts={"number": item.number, "state": str(item.state)},
        )


def _office(unit: Work, matcher: Matcher, given: GivenAddress, commune_id: int | None) -> Office:
    if commune_id is not None:
        return chosen_office(unit, commune_id, pointer="/commune")
    placing = place(unit, matcher, given)
    if placing.office is None:
        raise _undecided(unit, placing.match)
    return placing.office


def _undecided(unit: Work, match: Match) -> Invalid:
    names = "; ".join(commune_of(unit, candidate.commune_id).name for candidate in match.candidates[:5])
    return Invalid(
        "address-undecided",
        vi="Địa chỉ chưa xác định được xã, phường có bưu cục phát. "
        + (f"Có thể là: {names}. Hãy ghi rõ xã, phường và tỉnh, thành phố." if names else "Hãy ghi rõ xã, phường."),
        en="The address does not decide on a commune that has a delivery office. "
        + (
            f"It may be: {names}. Name the commune and the province." if names else "Name the commune and the province."
        ),
        pointer="/address",
    )


def _reseal(unit: Work, item: Item, given: GivenAddress, office: Office, parts: Parts) -> str:
    """Seal the new address in place of the old one, and commit to it."""
    vault = Vault.of(unit)
    person = vault.open_person(item.addressee, reason=Reason.REVIEW)
    moved = Person(
        name=person.name,
        phone=person.phone,
        address=given.line,
        identity_number=person.identity_number,
        location=given.location,
    )
    vault.put_address(item.addressee, moved, commune_id=office.commune_id, street=parts.street, has_door=parts.has_door)
    vault.put_office(item.addressee, person.phone, office.id)
    committed = json.dumps({"address": given.line, "commune": office.commune_id}, sort_keys=True, ensure_ascii=False)
    return vault.commit_to(item.addressee.subject, item.id, "address", committed)


def _check_returned(unit: Work, old: Item) -> None:
    later = redispatched(unit, old)
    if later is not None:
        raise Refused(
            "already-redispatched",
            vi=f"Bưu gửi {old.number} đã được gửi phát lại với số {later.number}.",
            en=f"Item {old.number} was sent out again before, as {later.number}.",
            facts={"number": old.number, "code": later.number},
        )
    if old.state is not State.RETURNED:
        raise Refused(
            "not-returned",
            vi=f"Bưu gửi {old.number} chưa được cơ quan ký nhận hoàn: chỉ gửi phát lại bưu gửi đã hoàn.",
            en=f"Item {old.number} is not signed for as returned: only a returned item can be sent out again.",
            facts={"number": old.number, "state": str(old.state)},
        )


def _again(old: Item, person: Person, given: GivenAddress, *, agency_fee: int) -> Submission:
    return Submission(
        agency_reference=old.agency_reference,
        dossier_code=DossierCode(old.dossier_code),
        point=old.return_point.code,
        return_point=None,
        service=old.service,
        weight_g=old.weight_g,
        agency_fee=agency_fee,
        payer=old.payer,
        waivers=tuple(old.waivers),
        options=tuple(option for option in old.options if option != COUNTER_REBATE),
        due_day=None,
        documents=tuple(Paper(kind=d.kind, original=d.original, sheets=d.sheets) for d in old.documents),
        addressee=Recipient(
            name=person.name,
            phone=parse_phone(person.phone) if person.phone else None,
            address=given,
            identity_number=person.identity_number,
        ),
    )
