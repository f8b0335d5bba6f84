"""The desk's blueprint: who may open it, and which office they work for."""

from contextlib import AbstractContextManager

from flask import Blueprint, g, redirect, request, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from delivery.errors import NotFound
from delivery.store.offices import Office
from delivery.store.staff import Role
from delivery.store.work import Work
from delivery.web.auth import required
from delivery.web.wired import wiring

desk = Blueprint("desk", __name__, url_prefix="/desk")
desk.before_request(required(Role.CLERK, Role.DISPATCHER, Role.MANAGER, Role.ADMINISTRATOR))

_CHOSEN = "desk_office"
_S10_LENGTH = 13


@desk.before_request
def at_an_office() -> Response | None:
    """Put the office into `g.office`: the person's own, or the one that an administrator chose by `?office=CODE`."""
    if g.staff.role is not Role.ADMINISTRATOR:
        g.office = g.staff.office
        return None
    code = request.args.get("office") or session.get(_CHOSEN)
    g.office = None
    if code:
        with work() as unit:
            g.office = unit.session.scalars(select(Office).where(Office.code == code.strip())).one_or_none()
        if g.office is None and "office" in request.args:
            raise NotFound(
                "office-not-found",
                vi=f"Không có bưu cục nào mang mã {code}.",
                en=f"There is no post office with the code {code}.",
            )
    if g.office is None:
        return None if request.endpoint == "desk.offices" else redirect(url_for("desk.offices"), 303)
    session[_CHOSEN] = g.office.code
    return None


def work() -> AbstractContextManager[Work]:
    """A unit of work of the person at the desk."""
    return wiring().work(f"staff:{g.staff.id}")


def numbers_in(text: str) -> list[str]:
    """The item numbers of a scanned or typed list: one a line, or several with commas, semicolons or spaces between.

    Case, spaces and dots inside a number do not matter; each number comes once, in the order given.
    """
    found: dict[str, None] = {}
    for line in text.replace(",", "\n").replace(";", "\n").splitlines():
        words = "".join(line.upper().replace(".", "").split())
        for start in range(0, len(words), _S10_LENGTH):
            found[words[start : start + _S10_LENGTH]] = None
    return list(found)
