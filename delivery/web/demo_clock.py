"""The demo's clock, which can be moved forward over HTTP; registered only under the demo's settings."""

from datetime import UTC, datetime

from flask import Blueprint, Flask, Response, jsonify, request

from delivery.errors import Invalid, Refused
from delivery.store.agencies import LIVE, World
from delivery.web.wired import wiring

ACTOR = "job:demo_clock"
YEARS = range(2020, 2100)
"""Beyond these, days to come could no longer be reckoned, and the clock cannot be put back."""

demo_clock = Blueprint("demo_clock", __name__, url_prefix="/demo/clock")


def init_app(app: Flask) -> None:
    """Install on the application; the caller has looked at `Settings.demo`."""
    app.register_blueprint(demo_clock)


@demo_clock.get("")
def read() -> Response:
    """{"now": the live world's instant}."""
    with wiring().work(ACTOR) as unit:
        return jsonify(now=unit.now.isoformat())


@demo_clock.post("")
def move() -> Response:
    """Take {"to": instant with its zone}: from then on it is that time in the live world. Never backwards."""
    to = _instant(request.get_json(silent=True))
    with wiring().work(ACTOR) as unit:
        world = unit.session.get_one(World, LIVE, with_for_update=True)
        if to < unit.now:
            raise Refused(
                "clock-backwards",
                vi="Đồng hồ chỉ đi tới: thời điểm này đã qua.",
                en="The clock only goes forward: this instant has passed.",
                facts={"now": unit.now.isoformat(), "to": to.isoformat()},
            )
        world.clock_offset = to - unit.clock.real()
    return jsonify(now=to.isoformat())


def _instant(body: object) -> datetime:
    try:
        if isinstance(body, dict):
            to = datetime.fromisoformat(body["to"])
            if to.tzinfo is not None and to.astimezone(UTC).year in YEARS:
                return to
    except (KeyError, TypeError, ValueError, OverflowError):
        pass
    raise Invalid(
        "clock-instant",
        vi='Gửi JSON {"to": thời điểm có múi giờ}, ví dụ "2026-12-01T08:00:00+07:00".',
        en='Send JSON {"to": an instant with its zone}, such as "2026-12-01T08:00:00+07:00".',
        pointer="/to",
    )
