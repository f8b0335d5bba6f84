"""The post takes items over at the desk: the manifest, its paper, the labels; what couriers collected comes in."""

from flask import flash, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import acceptance
from delivery.paper.labels import labels
from delivery.paper.manifests import manifest as manifest_pdf
from delivery.store.queries import desk as read
from delivery.store.queries.points import manifest_at, point_at
from delivery.store.work import Work
from delivery.web.desk import papers
from delivery.web.desk.blueprint import desk, numbers_in, work
from delivery.web.forms import act_once
from delivery.web.wired import wiring


@desk.get("/acceptance")
def accepting() -> str:
    """The points served here with what they announced, and the form to take it over."""
    name = request.args.get("point") or request.form.get("point", "")
    with work() as unit:
        points = read.announced(unit, g.office.id)
        point = point_at(unit, g.office.id, name) if name else None
        return render_template(
            "desk/acceptance.html",
            points=points,
            point=point,
            waiting=read.registered_at(unit, point.id) if point else (),
            collected=read.collected(unit, g.office.id),
        )


@desk.post("/acceptance")
def accept() -> Response:
    """Take the listed items over from a point; both parties' manifest is the next page."""

    def act(unit: Work) -> str:
        point = point_at(unit, g.office.id, request.form.get("point", ""))
        numbers = numbers_in(request.form.get("numbers", ""))
        made = acceptance.accept(unit, wiring().books, point_id=point.id, numbers=numbers, office_id=g.office.id)
        flash(_("Đã chấp nhận %(n)s bưu gửi.", n=len(numbers)))
        return url_for("desk.manifest", number=made.number)

    return act_once(act, again=accepting)


@desk.post("/receive")
def receive() -> Response:
    """Scan in what the office's couriers collected at agencies."""

    def act(unit: Work) -> str:
        numbers = numbers_in(request.form.get("numbers", ""))
        count = acceptance.receive(unit, office_id=g.office.id, numbers=numbers)
        flash(_("Đã nhận vào kệ %(n)s bưu gửi.", n=count))
        return url_for("desk.accepting")

    return act_once(act, again=accepting)


@desk.get("/manifests/<number>")
def manifest(number: str) -> str:
    """A manifest of either kind, with its papers to print."""
    with work() as unit:
        found, point = manifest_at(unit, g.office.id, number)
        return render_template("desk/manifest.html", manifest=found, point=point)


@desk.get("/manifests/<number>.pdf")
def manifest_paper(number: str) -> Response:
    """The manifest to sign, as PDF."""
    with work() as unit:
        found, point = manifest_at(unit, g.office.id, number)
        return pdf(manifest_pdf(papers.manifest_of(unit, found, point, g.office)), number)


@desk.get("/labels.pdf")
def label_sheet() -> Response:
    """A label for each item of a manifest, as PDF."""
    number = request.args.get("manifest", "")
    with work() as unit:
        found, _point = manifest_at(unit, g.office.id, number)
        return pdf(labels(papers.labels_of(unit, found)), f"labels-{number}")


def pdf(content: bytes, name: str) -> Response:
    """A PDF that the browser shows, under a name to save it by."""
    answer = make_response(content)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
