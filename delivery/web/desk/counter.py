"""The counter: an addressee, or whom the policy lets in their place, comes to collect, or asks for another visit."""

from dataclasses import dataclass, field
from datetime import date

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import choices, holding
from delivery.errors import Invalid
from delivery.money.charging import Due, Method, due_at_door
from delivery.rules.calendar import HalfDay
from delivery.rules.phones import masked
from delivery.rules.policy import MayReceive, Proof, Receiver
from delivery.rules.states import State
from delivery.store.items import HolderKind, Item
from delivery.store.queries import desk as read
from delivery.store.queries.policies import receivers_of
from delivery.store.work import Work
from delivery.vault import Reason, Vault
from delivery.web import transfers
from delivery.web.desk.blueprint import desk, numbers_in, work
from delivery.web.forms import act_once, whole_typed
from delivery.web.transfers import Awaited
from delivery.web.wired import wiring

_LAST_DIGITS = 4


@dataclass(frozen=True, kw_only=True)
class AtCounter:
    """What the clerk checks before handing over."""

    item: Item
    name: str = field(repr=False)
    phone: str | None = field(repr=False)
    due: Due
    saving: int
    """What the tariff book takes off for who collects: it is gone from `to_pay` already."""
    receivers: tuple[MayReceive, ...]
    transfer: Awaited
    days: tuple[tuple[str, str], ...]
    """The days of another visit that may be had, as form values with their words."""
    visit_charge: int
    """What such a visit adds to what the addressee has to pay."""

    @property
    def to_pay(self) -> int:
        """What is asked for here and now."""
        return self.due.total - self.saving

    @property
    def proofs(self) -> frozenset[Proof]:
        """What any of the receivers may be asked for."""
        return frozenset(proof for receiver in self.receivers for proof in receiver.proofs)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the clerk's form says about a hand-over."""

    receiver: Receiver
    proofs: tuple[Proof, ...]
    paid: Method | None
    shown: int | None
    name: str | None = field(repr=False)


@desk.get("/counter")
def counter() -> str:
    """Search by number or by the phone's last four digits; without a search, all that waits here."""
    return page_for(request.args.get("q", ""))


@desk.post("/counter/<number>/collect")
def collect(number: str) -> Response:
    """Hand the item over at the counter."""

    def act(unit: Work) -> str:
        asked = _asked()
        holding.collect(
            unit,
            wiring().books,
            number=number,
            office_id=g.office.id,
            receiver=asked.receiver,
            proofs=asked.proofs,
            paid=asked.paid,
            shown=asked.shown,
            receiver_name=asked.name,
        )
        flash(_("Đã giao bưu gửi %(number)s tại quầy.", number=number))
        return url_for("desk.counter")

    return act_once(act, again=lambda: page_for(number))


@desk.post("/counter/<number>/redeliver")
def redeliver(number: str) -> Response:
    """The addressee wants it brought after all."""

    def act(unit: Work) -> str:
        day, half = _day(request.form.get("day", "")), _half(request.form.get("half_day", ""))
        holding.redeliver(unit, wiring().books, number=number, office_id=g.office.id, day=day, half_day=half)
        flash(_("Bưu gửi %(number)s sẽ được phát lại ngày %(day)s.", number=number, day=f"{day:%d/%m/%Y}"))
        return url_for("desk.counter")

    return act_once(act, again=lambda: page_for(number))


def page_for(query: str) -> str:
    """The counter's page with what `query` finds, in a unit of work of its own."""
    text = query.strip()
    with work() as unit:
        found: list[Item] = []
        if len(text) == _LAST_DIGITS and text.isdigit():
            index = Vault.of(unit).index("last4", f"{g.office.id}|{text}")
            found = list(read.held_by_last4(unit, g.office.id, index))
        elif text:
            found = [read.item_for(unit, g.office.id, (numbers_in(text) or [text])[0])]
        chosen = _at_counter(unit, found[0]) if len(found) == 1 and waits_here(found[0]) else None
        return render_template(
            "desk/counter.html",
            q=text,
            found=found,
            chosen=chosen,
            held=() if text else read.held(unit, g.office.id),
            today=unit.today,
            by_transfer=transfers.possible(),
        )


def waits_here(item: Item) -> bool:
    """Whether it lies at the counter of the office that asks."""
    return item.state is State.HELD and item.holder_kind is HolderKind.OFFICE and item.holder_id == g.office.id


def _at_counter(unit: Work, item: Item) -> AtCounter:
    person = Vault.of(unit).open_person(item.addressee, reason=Reason.COUNTER)
    costs = choices.costs(unit, item, wiring().books)
    return AtCounter(
        item=item,
        name=person.name,
        phone=masked(person.phone) if person.phone else None,
        due=due_at_door(unit, item),
        saving=costs.saved,
        receivers=receivers_of(unit, item),
        transfer=transfers.awaited(unit, [item])[0],
        days=tuple((day.isoformat(), f"{day:%d/%m/%Y}") for day in choices.options(unit, item).days),
        visit_charge=costs.visit,
    )


def _asked() -> Asked:
    form = request.form
    try:
        return Asked(
            receiver=Receiver(form.get("receiver", "")),
            proofs=tuple(Proof(each) for each in form.getlist("proof")),
            paid=None if form.get("paid", "none") == "none" else Method(form["paid"]),
            shown=whole_typed("shown"),
            name=form.get("receiver_name", "").strip() or None,
        )
    except ValueError:
        raise Invalid(
            "hand-over-incomplete",
            vi="Hãy chọn người đến nhận, giấy tờ đã xem và cách trả tiền.",
            en="Choose who receives, the proofs seen and how they pay.",
        ) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            "day-unreadable", vi="Hãy chọn ngày phát lại.", en="Choose the day of the visit.", pointer="/day"
        ) from None


def _half(text: str) -> HalfDay | None:
    try:
        return HalfDay(text) if text else None
    except ValueError:
        raise Invalid(
            "half-day-unknown", vi="Hãy chọn buổi.", en="Choose morning or afternoon.", pointer="/half_day"
        ) from None
