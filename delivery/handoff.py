"""Results in from agencies: registered with a number, a price and a place, or named with what is wrong."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from delivery.errors import Invalid, Refused, Trouble
from delivery.money import charging
from delivery.rules.codes import S10
from delivery.rules.evidence import GENESIS
from delivery.rules.states import Happening, State
from delivery.rules.submissions import Submission
from delivery.store.agencies import HandoverPoint
from delivery.store.base import new_id
from delivery.store.items import Document, HolderKind, Item, NextStep, Placed
from delivery.store.money import Quote
from delivery.store.offices import Office
from delivery.store.queries.handed import by_reference, points_of, reserve_numbers
from delivery.store.queries.money import quotes_of
from delivery.store.queries.places import Placing, place
from delivery.store.queries.policies import policy_of, version_in_force, working_calendar
from delivery.store.work import Work
from delivery.vault import Person, Vault
from routing.addresses import Match, Matcher
from tariffs.book import Book

SERVICE_INDICATOR = "RD"
"""The letters that our S10 numbers begin with."""
CHUNK = 500
"""How many rows are written at a time: few round trips, and no long silence inside the transaction."""


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A registered item. `quote` and `office` are None while its address is in review.

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


@dataclass(frozen=True, kw_only=True)
class _New:
    """An item about to be written."""

    submission: Submission
    item: Item
    quote: Quote | None
    placing: Placing


def _written(
    unit: Work, desk: Desk, agency_id: UUID, submissions: Sequence[Submission], numbers: Sequence[S10]
) -> list[Registered | Trouble]:
    known = by_reference(unit, agency_id, [submission.agency_reference for submission in submissions])
    outcomes: list[_New | Item | Trouble] = []
    with unit.session.no_autoflush:
        for submission, number in zip(submissions, numbers, strict=True):
            try:
                outcome = _one(unit, desk, agency_id, submission, number, known)
            except Trouble as trouble:
                outcomes.append(trouble)
                continue
            outcomes.append(outcome)
            known[submission.agency_reference] = outcome.item if isinstance(outcome, _New) else outcome
    # Events and commitments point at items and people that must be there first.
    unit.session.flush()
    for new in outcomes:
        if isinstance(new, _New):
            _begin(unit, new)
    unit.session.flush()
    old_quotes = quotes_of(unit, [outcome.id for outcome in outcomes if isinstance(outcome, Item)])
    return [_told(outcome, old_quotes) for outcome in outcomes]


def _told(outcome: "_New | Item | Trouble", old_quotes: Mapping[UUID, Quote]) -> Registered | Trouble:
    if isinstance(outcome, _New):
        return Registered(item=outcome.item, quote=outcome.quote, match=outcome.placing.match)
    if isinstance(outcome, Item):
        return Registered(item=outcome, quote=old_quotes.get(outcome.id), match=None, repeated=True)
    return outcome


def _one(
    unit: Work, desk: Desk, agency_id: UUID, submission: Submission, number: S10, known: Mapping[str, Item]
) -> _New | Item:
    vault = Vault.of(unit)
    index = vault.index("submission", json.dumps(submission.as_json(), sort_keys=True, ensure_ascii=False))
    earlier = known.get(submission.agency_reference)
    if earlier is not None:
        if earlier.submission_index == index:
            return earlier
        raise _reference_taken(earlier)
    points = points_of(unit, agency_id)
    point = _point(points, submission.point, "/handover_point")
    back = _point(points, submission.return_point, "/return_point") if submission.return_point else point
    placing = place(unit, desk.matcher, submission.addressee.address)
    item = _item(unit, submission, number, point, back, placing)
    item.submission_index = index
    quote = charging.estimate(unit, item, desk.books)
    _seal(unit, item, submission, placing)
    unit.session.add(item)
    return _New(submission=submission, item=item, quote=quote, placing=placing)


def _item(
    unit: Work, given: Submission, number: S10, point: HandoverPoint, back: HandoverPoint, placing: Placing
) -> Item:
    agency = point.agency
    office = placing.office
    return Item(
        id=new_id(),
        world_id=unit.world_id,
        number=number,
        agency_id=agency.id,
        agency=agency,
        origin_point=point,
        return_point=back,
        agency_reference=given.agency_reference,
        dispatch_number=1,
        dossier_code=given.dossier_code,
        service=given.service,
        weight_g=given.weight_g,
        agency_fee=given.agency_fee,
        payer=given.payer or ("agency" if agency.prepaid else "addressee"),
        waivers=sorted(set(given.waivers)),
        policy_version=_policy_version(unit, given, office),
        state=State.REGISTERED,
        last_seq=0,
        last_hash=GENESIS,
        holder_kind=HolderKind.AGENCY,
        holder_id=point.id,
        placed=Placed.PLACED if office else Placed.REVIEW,
        commune_id=office.commune_id if office else None,
        commune=office.commune if office else None,
        address_confidence=placing.confidence,
        delivery_office=office,
        next_step=NextStep.DELIVER if office else NextStep.ADDRESS,
        registered_at=unit.now,
        due_day=given.due_day,
        documents=[
            Document(position=position, kind=paper.kind, original=paper.original, sheets=paper.sheets)
            for position, paper in enumerate(given.documents, 1)
        ],
    )


def _seal(unit: Work, item: Item, given: Submission, placing: Placing) -> None:
    recipient = given.addressee
    item.addressee = Vault.of(unit).seal_person(
        Person(
            name=recipient.name,
            phone=recipient.phone.e164 if recipient.phone else None,
            address=recipient.address.line,
            identity_number=recipient.identity_number,
            location=recipient.address.location,
        ),
        commune_id=item.commune_id,
        office_id=placing.office.id if placing.office else None,
        can_sms=recipient.phone is not None and recipient.phone.can_sms,
    )


def _begin(unit: Work, new: _New) -> None:
    """Write the first event, and a second one where a person has to look at the address."""
    item = new.item
    person = json.dumps(new.submission.addressee.as_json(), sort_keys=True, ensure_ascii=False)
    digest = Vault.of(unit).commit_to(item.addressee.subject, item.id, "addressee", person)
    occasion = unit.occasion()
    item.begin(
        occasion,
        {
            "point": str(item.origin_point_id),
            "policy": item.policy_version,
            "weight_g": item.weight_g,
            "addressee": digest,
            "commune": item.commune_id,
        },
    )
    if item.placed is Placed.REVIEW:
        days = policy_of(unit, item).address_wait_days
        item.address_until = working_calendar(unit).after(unit.today, days)
        verdict = str(new.placing.match.verdict)
        item.move(Happening.ADDRESS_UNRESOLVED, occasion, data={"verdict": verdict, "until": str(item.address_until)})


def _policy_version(unit: Work, given: Submission, office: Office | None) -> str:
    """The policy in force, looked up once per unit for each service, area and kind of paper."""
    area = f"{office.commune.province_code}.{office.commune_id}" if office else ""
    asked = (given.service, area, given.documents[0].kind)
    known: dict[tuple[str, str, str], str] = unit.session.info.setdefault("policy_versions", {})
    if asked not in known:
        known[asked] = version_in_force(
            unit, service=given.service, area=area, document_class=given.documents[0].kind, day=unit.today
        )
    return known[asked]


def _point(points: Mapping[str, HandoverPoint], code: str, pointer: str) -> HandoverPoint:
    point = points.get(code)
    if point is None:
        known = ", ".join(sorted(points))
        raise Invalid(
            "handover-point-unknown",
            vi=f"Cơ quan không có điểm bàn giao “{code}”; chỉ có: {known}.",
            en=f"The agency has no hand-over point “{code}”; it has {known}.",
            pointer=pointer,
        )
    return point


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
