"""What a citizen may choose for an item on its way to them, and what the choice does."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from delivery.errors import Invalid, Refused
from delivery.money.correcting import counter_saving
from delivery.rules.calendar import HalfDay
from delivery.rules.policy import Receiver
from delivery.rules.states import Happening, State
from delivery.steps.appointment import agree, charge_for_visit, days_offered
from delivery.steps.counter import put_at_counter
from delivery.store.attempts import Choice
from delivery.store.base import new_id
from delivery.store.foresight import Foreseen
from delivery.store.items import HolderKind, Item, NextStep, Placed
from delivery.store.queries.attempts import AUTHORISED_PERSON
from delivery.store.queries.items import locked
from delivery.store.queries.policies import policy_of, receivers_of, working_calendar
from delivery.store.work import Work
from delivery.vault import Person, Reason, Vault
from tariffs.book import Book

COUNTER = "counter"
CONFIRMED = "confirmed"
ADDRESS = "address"
_ON_THE_WAY = (State.ACCEPTED, State.IN_TRANSIT, State.AT_OFFICE, State.OUT_FOR_DELIVERY)
_VIA = re.compile(r"[a-z_]{2,20}")
_NAME_AT_MOST, _ADDRESS_AT_MOST = 120, 300


@dataclass(frozen=True, kw_only=True)
class Options:
    """What may be chosen now. `days` are working days, the first first; each may be had in either half.

    `confirm`: the addressee was asked before the visit, and has not answered yet.
    """

    confirm: bool
    days: tuple[date, ...]
    half_days: tuple[HalfDay, ...]
    counter: bool
    person: bool
    address: bool

    @property
    def any(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.days) or self.counter or self.person or self.address


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What choices change of what the addressee has to pay, in đồng.

    `visit`: what another visit adds, 0 where it is free. `saved`: what collecting at the counter spares.
    """

    visit: int
    saved: int


def options(unit: Work, item: Item) -> Options:
    """What the addressee of `item` may choose now; a choice is checked again under lock when it is made."""
    days = days_offered(unit, item)
    return Options(
        confirm=_may_confirm(unit, item),
        days=days,
        half_days=tuple(HalfDay) if days else (),
        counter=_why_no_counter(item) is None,
        person=_why_no_person(unit, item) is None,
        address=_why_no_address(item) is None,
    )


def costs(unit: Work, item: Item, books: Sequence[Book]) -> Costs:
    """What another visit would cost the addressee, and what collecting saves, as the price now stands."""
    at_counter = item.state is State.HELD or _why_no_counter(item) is None
    return Costs(
        visit=charge_for_visit(unit, item, books),
        saved=counter_saving(unit, item, books) if at_counter else 0,
    )


def confirm(unit: Work, item_id: UUID, *, via: str) -> Item:
    """The addressee will be there when the courier comes. Changes nothing of the plan; told again, it changes nothing.

    Raises Refused in words when no visit is to come.
    """
    item = locked(unit, item_id)
    refusal = _why_too_late(item)
    if refusal is not None:
        raise refusal
    if item.next_step is not NextStep.DELIVER:
        raise _refused(item, "no-visit", "bưu tá sẽ không đến tận nơi", "no visit is to come")
    unit.session.add(Choice(item_id=item.id, kind=CONFIRMED, via=_channel(via), chosen_at=unit.now))
    unit.session.flush()
    return item


def choose_later(
    unit: Work, item_id: UUID, books: Sequence[Book], *, day: date, half_day: HalfDay | None, via: str
) -> Item:
    """Another visit on `day`; from the counter too, and once beyond the policy's visits while redelivery is free.

    `via` is "page", "sms" or "counter". Raises Refused in words when no visit can be agreed on, Invalid
    `day-not-offered` for a day outside `options`.
    """
    item = locked(unit, item_id)
    agree(unit, item, books, day=day, half_day=half_day, via=_channel(via))
    unit.session.flush()
    return item


def choose_counter(unit: Work, item_id: UUID, *, via: str) -> Item:
    """Collect it at the delivery office: at once if it lies there, else when it gets there or comes back this evening.

    Raises Refused in words when it is too late or too early for that.
    """
    item = locked(unit, item_id)
    refusal = _why_no_counter(item)
    if refusal is not None:
        raise refusal
    unit.session.add(Choice(item_id=item.id, kind=COUNTER, via=_channel(via), chosen_at=unit.now))
    item.next_step, item.not_before, item.half_day = NextStep.COUNTER, None, None
    item.move(Happening.RESCHEDULED, unit.occasion(_place(item)), data={"what": COUNTER, "via": via})
    at_its_counter = item.holder_kind is HolderKind.OFFICE and item.holder_id == item.delivery_office_id
    if item.state is State.AT_OFFICE and at_its_counter:
        put_at_counter(unit, item)
    unit.session.flush()
    return item


def choose_person(unit: Work, item_id: UUID, *, name: str, identity_number: str | None = None, via: str) -> Choice:
    """Authorise one other person to receive; the last one named holds. Kept sealed, shown to who hands over.

    Raises Invalid for a name that is none, Refused when the policy lets nobody else receive or it is too late.
    """
    item = locked(unit, item_id)
    refusal = _why_no_person(unit, item)
    if refusal is not None:
        raise refusal
    detail = {"name": _text(name, _NAME_AT_MOST, "/name"), "identity_number": identity_number}
    choice = Choice(id=new_id(), item_id=item.id, kind=AUTHORISED_PERSON, via=_channel(via), chosen_at=unit.now)
    choice.detail = _sealed(unit, item, choice, detail)
    unit.session.add(choice)
    unit.session.flush()
    return choice


def choose_address(unit: Work, item_id: UUID, *, address: str, via: str) -> Item:
    """Give another address; it waits for a person who places it, and is not dispatched before.

    The time for that begins anew, so that an answer given in time never sends the item back. Raises Invalid for an
    address that is none, Refused when it is too late.
    """
    item = locked(unit, item_id)
    refusal = _why_no_address(item)
    if refusal is not None:
        raise refusal
    text = _text(address, _ADDRESS_AT_MOST, "/address")
    choice = Choice(id=new_id(), item_id=item.id, kind=ADDRESS, via=_channel(via), chosen_at=unit.now)
    choice.detail = _sealed(unit, item, choice, {"address": text})
    unit.session.add(choice)
    vault = Vault.of(unit)
    known = vault.open_person(item.addressee, reason=Reason.CITIZEN)
    moved = Person(name=known.name, phone=known.phone, address=text, identity_number=known.identity_number)
    vault.put_address(item.addressee, moved, commune_id=None)
    item.placed, item.address_confidence = Placed.REVIEW, None
    item.commune, item.commune_id = None, None
    item.next_step = NextStep.ADDRESS
    item.address_until = working_calendar(unit).after(unit.today, policy_of(unit, item).address_wait_days)
    item.move(
        Happening.RESCHEDULED,
        unit.occasion(_place(item)),
        data={
            "what": ADDRESS,
            "via": via,
            "address": vault.commit_to(item.addressee.subject, item.id, "address", text),
        },
    )
    unit.session.flush()
    return item


def authorised_person(unit: Work, item: Item, *, reason: Reason) -> str | None:
    """The name of whom the addressee authorised last, for who hands over; None when nobody was."""
    choice = unit.session.scalars(
        select(Choice)
        .where(Choice.item_id == item.id, Choice.kind == AUTHORISED_PERSON)
        .order_by(Choice.chosen_at.desc(), Choice.id.desc())
        .limit(1)
    ).first()
    if choice is None or choice.detail is None:
        return None
    opened = Vault.of(unit).open(item.addressee.subject, "choices.detail", choice.id, choice.detail, reason=reason)
    name = json.loads(opened)["name"]
    return str(name)


def choices_of(unit: Work, item_id: UUID) -> Sequence[Choice]:
    """What was chosen for the item, in the order of choosing."""
    return unit.session.scalars(
        select(Choice).where(Choice.item_id == item_id).order_by(Choice.chosen_at, Choice.id)
    ).all()


def _may_confirm(unit: Work, item: Item) -> bool:
    if item.state is not State.AT_OFFICE or item.next_step is not NextStep.DELIVER or item.recalled_at is not None:
        return False
    row = unit.session.get(Foreseen, item.id)
    if row is None or row.asked_at is None:
        return False
    return all(choice.chosen_at < row.asked_at for choice in choices_of(unit, item.id))


def _why_no_counter(item: Item) -> Refused | None:
    if item.state is State.HELD:
        return _refused(item, "at-counter", "bưu gửi đã ở quầy", "it is at the counter already")
    if item.placed is not Placed.PLACED or item.delivery_office_id is None:
        return _refused(item, "no-office", "địa chỉ chưa có bưu cục phát", "its address has no delivery office yet")
    if item.next_step is NextStep.COUNTER:
        return _refused(item, "counter-chosen", "bưu gửi sẽ chờ tại quầy", "it is to wait at the counter already")
    return _why_too_late(item)


def _why_no_person(unit: Work, item: Item) -> Refused | None:
    if all(rule.who is not Receiver.AUTHORISED for rule in receivers_of(unit, item)):
        return _refused(
            item, "in-person", "loại giấy tờ này chỉ giao tận tay người nhận", "only its addressee may receive it"
        )
    if item.state is State.HELD and item.recalled_at is None:
        return None
    return _why_too_late(item)


def _why_no_address(item: Item) -> Refused | None:
    return _why_too_late(item)


def _why_too_late(item: Item) -> Refused | None:
    if item.recalled_at is not None:
        return _refused(item, "recalled", "cơ quan gửi đã rút lại", "its agency has recalled it")
    if item.state is State.REGISTERED:
        return _refused(item, "too-early", "bưu gửi còn ở cơ quan", "it is still at its agency")
    if item.state not in _ON_THE_WAY:
        return _refused(item, "too-late", "bưu gửi không ở chặng chọn được", "nothing can be chosen at this stage")
    if item.next_step is NextStep.RETURN:
        return _refused(
            item, "going-back", "bưu gửi sắp chuyển hoàn về cơ quan", "it is about to go back to its agency"
        )
    return None


def _refused(item: Item, code: str, vi: str, en: str) -> Refused:
    return Refused(
        f"choice-{code}",
        vi=f"Không chọn được cách nhận này cho bưu gửi {item.number}: {vi}.",
        en=f"This cannot be chosen for item {item.number}: {en}.",
        facts={"number": item.number},
    )


def _text(given: str, at_most: int, pointer: str) -> str:
    # A control character can neither be seen nor typed on purpose: what is left of the text is what counts.
    text = " ".join("".join(each if each.isprintable() else " " for each in given).split())
    if not 2 <= len(text) <= at_most or not any(letter.isalpha() for letter in text):
        raise Invalid(
            "choice-text",
            vi=f"Cần từ 2 đến {at_most} ký tự, có chữ cái.",
            en=f"It takes 2 to {at_most} characters with letters among them.",
            pointer=pointer,
        )
    return text


def _channel(via: str) -> str:
    if not _VIA.fullmatch(via):
        raise ValueError(f"A choice comes via a channel's short name, not “{via}”.")
    return via


def _place(item: Item) -> UUID | None:
    return item.holder_id if item.holder_kind is HolderKind.OFFICE else None


def _sealed(unit: Work, item: Item, choice: Choice, detail: dict[str, str | None]) -> bytes:
    text = json.dumps(detail, ensure_ascii=False)
    return Vault.of(unit).seal(item.addressee.subject, "choices.detail", choice.id, text)
