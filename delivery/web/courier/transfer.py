"""Paying by VietQR at the door: the code on the courier's phone, and the wait for the bank's notice."""

from dataclasses import dataclass
from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from delivery.errors import NotFound
from delivery.money import asking
from delivery.store.queries.attempts import stop_of_courier
from delivery.store.queries.courier import route_of
from delivery.store.queries.items import locked_by_numbers
from delivery.store.routes import Stop
from delivery.store.work import Work
from delivery.web import transfers
from delivery.web.courier.blueprint import courier, work
from delivery.web.courier.reading import progress_of
from delivery.web.courier.standing import envelopes_at
from delivery.web.courier.stops import stop
from delivery.web.forms import act_once
from delivery.web.transfers import Awaited


@dataclass(frozen=True, kw_only=True)
class AtDoor:
    """The transfers asked for at a stop, and the one whose code is on the glass: one at a time, or a phone may scan
    the neighbour's."""

    stop: Stop
    shown: Awaited
    all: tuple[Awaited, ...]

    @property
    def following(self) -> Awaited | None:
        """The next one that is still waited for."""
        return next((each for each in self.all if each.state == "waiting" and each.number != self.shown.number), None)


@courier.post("/stops/<uuid:stop_id>/transfer")
def ask_transfer(stop_id: UUID) -> Response:
    """The people at the door want to transfer: from now on the policy's minutes run."""

    def act(unit: Work) -> str:
        transfers.account()
        found = stop_of_courier(unit, stop_id, g.courier.id)
        here = {each.number for each in envelopes_at(found, g.courier.id, unit.now) if each.can_be_handed_over}
        asked = [number for number in request.form.getlist("number") if number in here]
        for item in locked_by_numbers(unit, asked):
            asking.ask(unit, item)
        alone = asked[0] if len(asked) == 1 else None
        return url_for("courier.transfer", stop_id=stop_id, number=alone)

    return act_once(act, again=lambda: stop(stop_id))


@courier.get("/stops/<uuid:stop_id>/transfer")
def transfer(stop_id: UUID) -> str | Response:
    """The code of `?number=`, or of the first that is waited for; without any, the stop."""
    with work() as unit:
        found = _at_door(unit, stop_id, request.args.get("number", ""))
        if found is None:
            return redirect(url_for("courier.stop", stop_id=stop_id), 303)
        route = route_of(unit, found.stop.route_id, g.courier.id)
        return render_template("courier/transfer.html", along=progress_of(route, unit.now), at=found)


@courier.get("/stops/<uuid:stop_id>/transfer/<number>.svg")
def transfer_code(stop_id: UUID, number: str) -> Response:
    """The code as a picture."""
    with work() as unit:
        return transfers.drawn(_one(unit, stop_id, number))


@courier.get("/stops/<uuid:stop_id>/transfer/<number>.json")
def transfer_state(stop_id: UUID, number: str) -> Response:
    """Whether the bank has told of it, for the page that waits."""
    with work() as unit:
        return transfers.told(_one(unit, stop_id, number))


def _at_door(unit: Work, stop_id: UUID, number: str) -> AtDoor | None:
    found = stop_of_courier(unit, stop_id, g.courier.id)
    here = [each.item for each in envelopes_at(found, g.courier.id, unit.now) if each.can_be_handed_over]
    asked = [each for each in transfers.awaited(unit, here) if each.state != "none"]
    shown = [each for each in asked if each.number == number] or [e for e in asked if e.state == "waiting"] or asked
    return AtDoor(stop=found, shown=shown[0], all=tuple(asked)) if shown else None


def _one(unit: Work, stop_id: UUID, number: str) -> Awaited:
    found = stop_of_courier(unit, stop_id, g.courier.id)
    here = [each.item for each in envelopes_at(found, g.courier.id, unit.now) if each.number == number]
    if not here:
        raise NotFound(
            "not-at-this-stop",
            vi=f"Bưu gửi {number} không ở điểm này.",
            en=f"Item {number} is not at this stop.",
            facts={"number": number},
        )
    return transfers.awaited(unit, here)[0]
