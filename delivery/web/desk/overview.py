"""The office's first page and its items."""

from flask import g, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from delivery.errors import Invalid
from delivery.rules.states import State
from delivery.store.communes import Commune
from delivery.store.offices import Office
from delivery.store.queries import desk as read
from delivery.web.desk.blueprint import desk, numbers_in, work


@desk.get("/")
def overview() -> str:
    """What must be done first, then the items by state."""
    with work() as unit:
        seen = read.overview(unit, g.office)
        return render_template("desk/overview.html", seen=seen, states=State, now=unit.now, today=unit.today)


@desk.get("/items")
def items() -> str | Response:
    """The office's items in one state; a number typed into the search goes straight to its item."""
    sought = numbers_in(request.args.get("q", ""))
    if sought:
        return redirect(f"/desk/items/{sought[0]}", 303)
    page = max(request.args.get("page", 1, int), 1)
    state = _state(request.args.get("state", ""))
    with work() as unit:
        found, more = read.items_in(unit, g.office.id, state, page)
        return render_template("desk/items.html", items=found, more=more, page=page, state=state, states=State)


@desk.get("/offices")
def offices() -> str:
    """Where an administrator chooses the office to look at."""
    sought = request.args.get("q", "").strip()
    with work() as unit:
        query = select(Office).join(Commune).order_by(Office.name, Office.code).limit(50)
        found = unit.session.scalars(query.where(Commune.name.icontains(sought, autoescape=True))).all()
        return render_template("desk/offices.html", offices=found, sought=sought)


def _state(text: str) -> State | None:
    try:
        return State(text) if text else None
    except ValueError:
        raise Invalid(
            "state-unknown", vi="Không có trạng thái này.", en="There is no such state.", pointer="/state"
        ) from None
