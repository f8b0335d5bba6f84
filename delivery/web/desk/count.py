"""The count that closes an office's day."""

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import counting
from delivery.errors import Invalid
from delivery.store.queries.counted import count_of_day
from delivery.store.work import Work
from delivery.web.desk.blueprint import desk, numbers_in, work
from delivery.web.forms import act_once


@desk.get("/count")
def count() -> str:
    """What should be here, the form to count it, and today's count once it was made."""
    with work() as unit:
        return render_template(
            "desk/count.html",
            expected=counting.expected(unit, g.office.id),
            closed=count_of_day(unit, g.office.id, unit.today),
            today=unit.today,
        )


@desk.post("/count")
def close_day() -> Response:
    """Close the day on what was scanned, or on the clerk's word that everything expected is here."""

    def act(unit: Work) -> str:
        numbers = None if request.form.get("all") == "yes" else _scanned()
        made = counting.close_day(unit, office_id=g.office.id, numbers=numbers)
        flash(_("Đã kiểm đếm: %(n)s bưu gửi trên kệ, %(m)s ngoại lệ.", n=made.counted, m=len(made.exceptions)))
        return url_for("desk.count")

    return act_once(act, again=count)


def _scanned() -> list[str]:
    numbers = numbers_in(request.form.get("numbers", ""))
    if not numbers:
        raise Invalid(
            "nothing-counted",
            vi="Hãy quét các bưu gửi trên kệ, hoặc xác nhận rằng đã thấy đủ mọi bưu gửi.",
            en="Scan what lies on the shelf, or confirm that everything expected was seen.",
            pointer="/numbers",
        )
    return numbers
