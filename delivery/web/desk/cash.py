"""Cash at the desk: couriers hand in what they took, and the till goes to the bank."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery.errors import Invalid
from delivery.money import shifts, tills
from delivery.money.shifts import OF_SHORTAGE, OF_SURPLUS, Carried, VarianceReason
from delivery.store.queries.shelves import office_named
from delivery.store.work import Work
from delivery.web.desk.blueprint import desk, work
from delivery.web.forms import act_once

DENOMINATIONS: Final = (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000)
_MOST_NOTES: Final = 100_000
_UNEXPLAINED: Final = "variance-unexplained"


@desk.get("/cash")
def cash() -> str:
    """Who carries cash, what the till holds, and the day's closes."""
    with work() as unit:
        return render_template(
            "desk/cash.html",
            carried=shifts.carried(unit, office_id=g.office.id),
            till=tills.till(unit, g.office.id),
            closes=shifts.closed_on(unit, office_id=g.office.id, day=unit.today),
            today=unit.today,
        )


@desk.get("/cash/couriers/<uuid:courier_id>")
def count_cash(courier_id: UUID) -> str:
    """The form that a courier's cash is counted into, note by note."""
    with work() as unit:
        return _counting(unit, courier_id)


@desk.post("/cash/couriers/<uuid:courier_id>")
def close_shift(courier_id: UUID) -> Response:
    """Close on what was counted; where it is not what was taken, the page asks for a reason and an owner."""

    def act(unit: Work) -> str:
        shift = shifts.close(
            unit,
            courier_id=courier_id,
            office_id=g.office.id,
            counted=_counted(),
            reason=_reason(),
            owner=_owner(),
            expected=_amount("expected") if request.form.get("expected") else None,
        )
        flash(_("Đã chốt ca."))
        return url_for("desk.shift", shift_id=shift.id)

    return act_once(act, again=lambda: count_cash(courier_id))


@desk.get("/cash/shifts/<uuid:shift_id>")
def shift(shift_id: UUID) -> str:
    """The receipt of a close, to print and to sign."""
    with work() as unit:
        found, taken = shifts.shift_named(unit, shift_id=shift_id, office_id=g.office.id)
        closer = _person(found.closed_by)
        people = {each for each in (closer, found.courier_id, found.owner_id) if each is not None}
        return render_template(
            "desk/cash_receipt.html",
            shift=found,
            taken=taken,
            names=shifts.called(unit, people),
            closer=closer,
            office=office_named(unit, found.office_id),
        )


@desk.post("/cash/deposit")
def deposit_cash() -> Response:
    """Record that cash of the till was paid into the bank."""

    def act(unit: Work) -> str:
        made = tills.deposit(
            unit,
            office_id=g.office.id,
            postage=_amount("postage"),
            agency_fee=_amount("agency_fee"),
            slip=request.form.get("slip", ""),
        )
        flash(_("Đã ghi giấy nộp tiền %(slip)s.", slip=made.slip))
        return url_for("desk.cash")

    return act_once(act, again=cash)


def _counting(unit: Work, courier_id: UUID) -> str:
    # The count is blind: who sees the expected sum counts until it comes out. It is shown once a count is in.
    found = {each.courier_id: each for each in shifts.carried(unit, office_id=g.office.id)}.get(courier_id)
    trouble = getattr(g, "trouble", None)
    explain = found is not None and trouble is not None and (trouble.code == _UNEXPLAINED or bool(_given_reason()))
    counted = _counted_so_far()
    return render_template(
        "desk/cash_count.html",
        carried=found,
        counted=counted,
        variance=_variance(found, counted) if explain else 0,
        reasons=_reasons(found, counted) if explain else (),
        denominations=DENOMINATIONS,
    )


def _variance(found: Carried | None, counted: int) -> int:
    return 0 if found is None else counted - found.total


def _reasons(found: Carried | None, counted: int) -> list[VarianceReason]:
    fitting = OF_SHORTAGE if _variance(found, counted) < 0 else OF_SURPLUS
    return [reason for reason in VarianceReason if reason in fitting]


def _person(actor: str) -> UUID | None:
    """Who acted, when it was a person: a program closes no shift, but what was kept may say so."""
    try:
        return UUID(actor.removeprefix("staff:"))
    except ValueError:
        return None


def _counted() -> int:
    return sum(value * notes for value, notes in _notes())


def _counted_so_far() -> int:
    try:
        return _counted() if request.method == "POST" else 0
    except Invalid:
        return 0


def _notes() -> Iterator[tuple[int, int]]:
    """Each denomination with how many there are; loose change counts đồng by đồng."""
    for value in DENOMINATIONS:
        notes = _amount(f"notes_{value}")
        if notes > _MOST_NOTES:
            raise Invalid(
                "too-many-notes",
                vi=f"{notes} tờ là quá nhiều: hãy kiểm tra lại số tờ.",
                en=f"{notes} notes are too many: check the number of notes.",
                pointer=f"/notes_{value}",
            )
        yield value, notes
    yield 1, _amount("loose")


def _amount(name: str) -> int:
    """A whole number as people write it, 31.000 included; nothing written is 0."""
    text = request.form.get(name, "").replace(".", "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(tills.MOST))):
        raise Invalid(
            "number-unreadable",
            vi=f"“{text[:20]}” không phải là một số: chỉ ghi chữ số.",
            en=f"“{text[:20]}” is no number: write digits only.",
            pointer=f"/{name}",
        )
    return int(text)


def _given_reason() -> str:
    return request.form.get("reason", "")


def _reason() -> VarianceReason | None:
    given = _given_reason()
    try:
        return VarianceReason(given) if given else None
    except ValueError:
        raise Invalid(
            "reason-unknown", vi="Hãy chọn lý do trong danh sách.", en="Choose a reason of the list.", pointer="/reason"
        ) from None


def _owner() -> UUID | None:
    given = request.form.get("owner", "")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise Invalid(
            "owner-unreadable",
            vi="Hãy chọn người chịu trách nhiệm.",
            en="Choose who answers for it.",
            pointer="/owner",
        ) from None
