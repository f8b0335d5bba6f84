"""What goes back to its agencies: manifests to sign, proofs to file."""

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import returning
from delivery.paper.manifests import manifest as manifest_pdf
from delivery.paper.proofs import return_proof
from delivery.store.queries import desk as read
from delivery.store.queries.points import manifest_at, point_at
from delivery.store.work import Work
from delivery.web.desk import papers
from delivery.web.desk.acceptance import pdf
from delivery.web.desk.blueprint import desk, work
from delivery.web.forms import act_once


@desk.get("/returns")
def returns() -> str:
    """Points with items to give back, and the manifests made for them."""
    with work() as unit:
        return render_template(
            "desk/returns.html",
            points=read.returning(unit, g.office.id),
            manifests=read.return_manifests(unit, g.office.id),
        )


@desk.post("/returns")
def make_return() -> Response:
    """List what lies on the shelf for one point, for its agency to sign."""

    def act(unit: Work) -> str:
        point = point_at(unit, g.office.id, request.form.get("point", ""))
        made = returning.make_manifest(unit, point_id=point.id, office_id=g.office.id)
        flash(_("Đã lập biên bản chuyển hoàn %(number)s.", number=made.number))
        return url_for("desk.manifest", number=made.number)

    return act_once(act, again=returns)


@desk.get("/returns/<number>.pdf")
def return_paper(number: str) -> Response:
    """The return manifest as PDF."""
    with work() as unit:
        found, point = manifest_at(unit, g.office.id, number)
        return pdf(manifest_pdf(papers.manifest_of(unit, found, point, g.office)), number)


@desk.get("/items/<number>/proof.pdf")
def proof_paper(number: str) -> Response:
    """Why an item went back, as PDF."""
    with work() as unit:
        item = read.item_for(unit, g.office.id, number)
        return pdf(return_proof(returning.proof_of(unit, item)), f"proof-{number}")
