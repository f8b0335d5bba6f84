"""Bags between offices: pack and send, receive and open."""

from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from delivery import bags
from delivery.errors import Invalid
from delivery.store.offices import Office
from delivery.store.queries import desk as read
from delivery.store.work import Work
from delivery.web.desk.blueprint import desk, work
from delivery.web.forms import act_once


@desk.get("/bags")
def bags_here() -> str:
    """Bags to open, items to pack, and the latest bags that left."""
    with work() as unit:
        return render_template(
            "desk/bags.html",
            coming=read.bags_coming(unit, g.office.id),
            forwarding=read.forwarding(unit, g.office.id),
            gone=read.bags_gone(unit, g.office.id),
        )


@desk.post("/bags")
def pack() -> Response:
    """Close and send one bag for each office, or for the one that was named."""

    def act(unit: Work) -> str:
        made = bags.pack(unit, office_id=g.office.id, to=_target(unit, request.form.get("to", "all")))
        flash(_("Đã đóng và gửi %(n)s túi thư.", n=len(made)) if made else _("Không có bưu gửi nào cần đóng túi."))
        return url_for("desk.bags_here")

    return act_once(act, again=bags_here)


@desk.post("/bags/<number>/arrive")
def arrive(number: str) -> Response:
    """Open a bag that came; the clerk says whether its seal was whole."""

    def act(unit: Work) -> str:
        intact = _yes_or_no(request.form.get("seal_intact", ""))
        bags.open_bag(unit, number=number, office_id=g.office.id, seal_intact=intact)
        flash(_("Đã mở túi thư %(number)s.", number=number))
        return url_for("desk.bags_here" if intact else "desk.incidents")

    return act_once(act, again=bags_here)


def _target(unit: Work, code: str) -> UUID | None:
    if code == "all":
        return None
    office = unit.session.scalars(select(Office).where(Office.code == code)).one_or_none()
    if office is None:
        raise Invalid(
            "office-not-found",
            vi=f"Không có bưu cục nào mang mã {code}.",
            en=f"There is no post office with the code {code}.",
            pointer="/to",
        )
    return office.id


def _yes_or_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise Invalid(
            "seal-not-stated",
            vi="Hãy cho biết niêm phong của túi còn nguyên hay không.",
            en="Say whether the bag's seal was whole.",
            pointer="/seal_intact",
        )
    return text == "yes"
