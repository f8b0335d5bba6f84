"""Looks ahead before a trip is wasted: forecasts what is due, asks the addressees in doubt, shows the desk the rest.

A forecast holds nothing back: an item in doubt is planned like any other, unless a person decides otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, case, null
from sqlalchemy.dialects.postgresql import insert

from delivery.errors import Refused
from delivery.outbound.outbox import put_sms
from delivery.rules.foresight import (
    VERSION,
    Calibration,
    Detail,
    Facts,
    Forecast,
    Heard,
    Phone,
    Receivers,
    Reply,
    calibrate,
    foresee,
)
from delivery.rules.policy import Receiver
from delivery.rules.states import Happening
from delivery.rules.texts import Template
from delivery.store.foresight import Foreseen
from delivery.store.items import Item, NextStep
from delivery.store.offices import Office
from delivery.store.queries.due import is_still_due
from delivery.store.queries.foresight import Known, arrival, first_visits, known_of, stale, to_ask, unclaimed
from delivery.store.queries.items import locked, locked_by_number, unknown_item
from delivery.store.queries.policies import policy_of, receivers_of, working_calendar
from delivery.store.work import Work
from delivery.vault import Reason, Vault
from routing.addresses import Match, Matcher, Verdict

AFTER_ANOTHER_TEXT: Final = timedelta(hours=4)
"""Nobody gets the question right after another text: that one's fate may answer it."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read of an address: how far it leads, and whether its commune is in doubt."""

    detail: Detail
    in_doubt: bool


def sweep(unit: Work, limit: int, *, matcher: Callable[[], Matcher]) -> int:
    """Forecast at most `limit` items that are due, then ask the addressees in doubt; says how many of both.

    Fewer than `limit` means that nothing more is due now. `matcher` is called only when an address must be read.
    Items that somebody else is changing are left for the next sweep: it waits for nobody who may wait for it.
    """
    made = _forecast(unit, limit, matcher)
    return made if made == limit else made + _ask(unit, limit - made)


def let_go(unit: Work, *, number: str, office_id: UUID) -> Item:
    """Take an item off the list of those to look at before their trip; a worse forecast brings it back."""
    item, row = _listed(unit, number, office_id)
    row.let_go_at, row.let_go_by = unit.now, unit.actor
    return item


def look_again(unit: Work, *, number: str, office_id: UUID) -> Item:
    """Undo `let_go`."""
    item, row = _listed(unit, number, office_id)
    row.let_go_at = row.let_go_by = None
    return item


def hold_for_address(unit: Work, *, number: str, office_id: UUID) -> Item:
    """Keep an item off its trip until its address is corrected: it goes to the desk's review of addresses.

    Only a person does this, since the time for a new address begins to run. The addressee is told. Refused when the
    item is not at the office for delivery.
    """
    item = _due_here(unit, number, office_id)
    item.next_step = NextStep.ADDRESS
    item.address_until = working_calendar(unit).after(unit.today, policy_of(unit, item).address_wait_days)
    happened = item.move(
        Happening.ADDRESS_UNRESOLVED,
        unit.occasion(office_id),
        data={"verdict": "desk", "until": item.address_until.isoformat()},
    )
    put_sms(unit, item, Template.ADDRESS_NEEDED, seq=happened.seq, until=item.address_until)
    return item


def judged(unit: Work, *, since: date | None = None) -> Calibration | None:
    """The forecasts of items that were visited, held against what happened; None before the first visit."""
    return calibrate(first_visits(unit, since=since))


def _forecast(unit: Work, limit: int, matcher: Callable[[], Matcher]) -> int:
    page = stale(unit, limit)
    if not page:
        return 0
    known = known_of(unit, (item for item, _ in page))
    rows = {item.id: _row(unit, item, before, known, matcher) for item, before in page}
    # Locked only now that every address is read: a clerk waits for the writing, not for the reading.
    ours = unclaimed(unit, rows)
    _keep(unit, [rows[item_id] for item_id in ours])
    return len(ours)


def _row(
    unit: Work, item: Item, before: Foreseen | None, known: Known, matcher: Callable[[], Matcher]
) -> dict[str, object]:
    reading = _reading(unit, item, before, known.led_to, matcher)
    forecast = foresee(_facts(unit, item, reading, known))
    return {
        "item_id": item.id,
        "likelihood": forecast.likelihood,
        "advice": forecast.advice,
        "reasons": _as_pairs(forecast),
        "version": VERSION,
        "made_at": unit.now,
        "seq": item.last_seq,
        "trips": known.trips.get(item.id, 0),
        "address_digest": _digest(item),
        "detail": reading.detail,
        "in_doubt": reading.in_doubt,
    }


def _as_pairs(forecast: Forecast) -> list[tuple[str, int]]:
    return [(str(reason.sign), reason.points) for reason in forecast.reasons]


_ANEW: Final = (
    *("likelihood", "advice", "reasons", "version", "made_at", "seq", "trips"),
    *("address_digest", "detail", "in_doubt"),
)


def _keep(unit: Work, rows: Sequence[dict[str, object]]) -> None:
    """Write the forecasts of items that are locked: an item's row is locked before its forecast's, by everybody."""
    if not rows:
        return
    new = insert(Foreseen)
    told = new.excluded
    worse = told.likelihood < Foreseen.likelihood
    changes: dict[str, ColumnElement[object]] = {name: told[name] for name in _ANEW}
    changes |= {
        "first_likelihood": case(
            (Foreseen.trips == 0, case((told.trips > 0, Foreseen.likelihood), else_=null())),
            else_=Foreseen.first_likelihood,
        ),
        "let_go_at": case((worse, null()), else_=Foreseen.let_go_at),
        "let_go_by": case((worse, null()), else_=Foreseen.let_go_by),
    }
    unit.session.execute(new.on_conflict_do_update(index_elements=[Foreseen.item_id], set_=changes), rows)


def _facts(unit: Work, item: Item, reading: Reading, known: Known) -> Facts:
    addressee, house = item.addressee, item.addressee.address_key
    phone, number = _phone(item), item.addressee.phone_index or b""
    visits, last_visit = known.visits.get(item.id, (0, None))
    agreed = known.agreed.get(item.id)
    heard = known.heard.get(number) if phone is Phone.MOBILE else None
    reply = Reply.READ if item.id in known.read else Reply.NOTHING
    if agreed is not None and (last_visit is None or agreed > last_visit):
        reply = Reply.AGREED
    return Facts(
        by_person=item.id in known.placed_by_person,
        confidence=item.address_confidence,
        in_doubt=reading.in_doubt,
        detail=reading.detail,
        located=addressee.location is not None,
        phone=phone,
        heard=Heard(arrived=heard[0], days=max((unit.now - heard[1]).days, 0)) if heard else None,
        identity_paper=item.id in known.identity,
        receivers=_receivers(unit, item),
        delivered_here=known.delivered_here.get(house, 0),
        returned_here=known.returned_here.get(house, 0),
        calls_in_vain=known.calls_in_vain.get(number, 0),
        failed_visits=visits,
        reply=reply,
    )


def _phone(item: Item) -> Phone:
    if item.addressee.phone is None:
        return Phone.MISSING
    if not item.addressee.phone_reachable:
        return Phone.WRONG
    return Phone.MOBILE if item.addressee.can_sms else Phone.CALL_ONLY


def _receivers(unit: Work, item: Item) -> Receivers:
    may = {rule.who for rule in receivers_of(unit, item)}
    if Receiver.HOUSEHOLD in may:
        return Receivers.HOUSEHOLD
    return Receivers.AUTHORISED if Receiver.AUTHORISED in may else Receivers.ADDRESSEE


def _reading(
    unit: Work,
    item: Item,
    before: Foreseen | None,
    led_to: Mapping[int, frozenset[int]],
    matcher: Callable[[], Matcher],
) -> Reading:
    """What the address says; opened only when it was not read before."""
    row = item.addressee
    if before is not None and before.address_digest == _digest(item):
        return Reading(detail=before.detail, in_doubt=before.in_doubt)
    if row.subject.wrapped_key is None:
        return Reading(detail=Detail.HOUSE, in_doubt=False)
    text = Vault.of(unit).open(row.subject, "addressees.address", row.id, row.address, reason=Reason.REVIEW)
    match = matcher().match(text)
    decided = match.verdict is Verdict.SURE and _is_in(item, match.candidates[0].commune_id, led_to)
    return Reading(detail=_detail(match), in_doubt=not decided)


def _is_in(item: Item, commune_id: int, led_to: Mapping[int, frozenset[int]]) -> bool:
    """Whether the item's commune is this one, or one that mergers made it part of since it was placed."""
    placed = item.commune_id
    return placed is not None and (placed == commune_id or commune_id in led_to.get(placed, ()))


def _digest(item: Item) -> bytes:
    """Of the address as it lies sealed: another for each sealing, so it leads neither to a household nor to a text."""
    return sha256(item.addressee.address).digest()


def _detail(match: Match) -> Detail:
    parts = match.parts
    if parts.has_door:
        return Detail.HOUSE
    if parts.hamlet:
        return Detail.HAMLET
    return Detail.STREET if parts.street else Detail.NOTHING


def _ask(unit: Work, limit: int) -> int:
    asked = 0
    for item_id in unclaimed(unit, to_ask(unit, limit, no_text_since=unit.now - AFTER_ANOTHER_TEXT)):
        item = locked(unit, item_id)
        row = unit.session.get_one(Foreseen, item_id, populate_existing=True, with_for_update=True)
        if item.delivery_office_id is None or not is_still_due(item, item.delivery_office_id) or row.asked_at:
            continue
        if not Vault.of(unit).holds(item.addressee.subject):
            continue
        office = unit.session.get_one(Office, item.delivery_office_id)
        owed = put_sms(unit, item, Template.BEFORE_VISIT, seq=arrival(unit, item_id), office=office.name)
        if owed is not None:
            row.asked_at = unit.now
            asked += 1
    unit.session.flush()
    return asked


def _listed(unit: Work, number: str, office_id: UUID) -> tuple[Item, Foreseen]:
    item = _due_here(unit, number, office_id)
    row = unit.session.get(Foreseen, item.id, populate_existing=True, with_for_update=True)
    if row is None:
        raise _not_due(item)
    return item, row


def _due_here(unit: Work, number: str, office_id: UUID) -> Item:
    item = locked_by_number(unit, number)
    if item.delivery_office_id != office_id:
        raise unknown_item(number)
    if not is_still_due(item, office_id):
        raise _not_due(item)
    return item


def _not_due(item: Item) -> Refused:
    return Refused(
        "not-waiting-for-a-visit",
        vi=f"Bưu gửi {item.number} không còn chờ đi phát ở bưu cục này. Tải lại trang để xem danh sách mới.",
        en=f"Item {item.number} does not wait for a visit from this office any more. Reload the page for today's list.",
        facts={"number": item.number, "state": str(item.state)},
    )
