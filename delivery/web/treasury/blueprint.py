"""The money desk's blueprint: administrators act here, auditors read."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Blueprint, current_app, g, request

from delivery.errors import Forbidden
from delivery.store.staff import Role
from delivery.store.work import Work
from delivery.web.auth import required
from delivery.web.wired import wiring

treasury = Blueprint("treasury", __name__, url_prefix="/treasury")
treasury.before_request(required(Role.ADMINISTRATOR, Role.AUDITOR))


@treasury.before_request
def auditors_read() -> None:
    """An auditor sees everything here and changes nothing."""
    if g.staff.role is Role.AUDITOR and request.method not in ("GET", "HEAD"):
        raise Forbidden(
            "auditors-read",
            vi="Kiểm toán viên chỉ xem, không thay đổi. Nhờ một quản trị viên làm việc này.",
            en="An auditor reads and changes nothing. Ask an administrator to do this.",
        )


@treasury.context_processor
def what_opens() -> dict[str, Callable[[str], bool]]:
    """Which pages the navigation can lead to."""
    return {"opens": lambda endpoint: endpoint in current_app.view_functions}


def work() -> AbstractContextManager[Work]:
    """A unit of work of the person at the money desk."""
    return wiring().work(f"staff:{g.staff.id}")
