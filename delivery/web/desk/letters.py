"""Invitations that go out as letters."""

from dataclasses import dataclass, field
from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import holding
from delivery.store.attempts import Invitation
from delivery.store.queries import desk as read
from delivery.store.work import Work
from delivery.vault import Reason, Vault
from delivery.web.desk.blueprint import desk, work
from delivery.web.forms import act_once


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter to write: for which invitation, to whom, where."""

    invitation: Invitation
    name: str = field(repr=False)
    address: str = field(repr=False)


@desk.get("/letters")
def letters() -> str:
    """The letters to post, oldest first."""
    with work() as unit:
        vault = Vault.of(unit)
        found = []
        for invitation in read.letters(unit, g.office.id):
            person = vault.open_person(invitation.item.addressee, reason=Reason.LABEL)
            found.append(Letter(invitation=invitation, name=person.name, address=person.address))
        return render_template("desk/letters.html", letters=found, office=g.office)


@desk.post("/letters/<uuid:invitation_id>/posted")
def posted(invitation_id: UUID) -> Response:
    """A letter was posted; its number is the proof."""

    def act(unit: Work) -> str:
        proof = request.form.get("proof", "").strip()
        holding.post_letter(unit, invitation_id=invitation_id, office_id=g.office.id, proof=proof)
        flash(_("Đã ghi nhận giấy mời gửi bằng thư số %(proof)s.", proof=proof))
        return url_for("desk.letters")

    return act_once(act, again=letters)
