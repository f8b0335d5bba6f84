"""Refunds and compensation: what waits, why so much is due, and the two persons' decision."""

from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery.errors import Invalid
from delivery.money import claims as money
from delivery.money.charging import standing
from delivery.money.settling import facts_of
from delivery.rules.compensation import Decision, Refusal, claim_until, steps_of
from delivery.store.claims import Claim, ClaimState
from delivery.store.offices import Office
from delivery.store.queries import claims as read
from delivery.store.queries.money import quote_of
from delivery.store.work import Work
from delivery.web.forms import act_once, whole_typed
from delivery.web.treasury.blueprint import treasury, work

_BANK = "bank"


@treasury.get("/claims")
def claims() -> str:
    """The claims in one state, what the law wants first at the top."""
    state, page = _state(request.args.get("state", "")), max(request.args.get("page", 1, int), 1)
    with work() as unit:
        found, more = read.claims_in(unit, state, page)
        return render_template(
            "treasury/claims.html",
            claims=found,
            more=more,
            page=page,
            state=state,
            counts=read.claims_by_state(unit),
            overdue=read.overdue(unit),
            today=unit.today,
        )


@treasury.get("/claims/<uuid:claim_id>")
def claims_one(claim_id: UUID) -> str:
    """One claim: the item's story, the decision step by step, and what can be done now."""
    with work() as unit:
        claim = money.claim_of(unit, claim_id)
        now = money.preview(unit, claim)
        row = quote_of(unit, claim.item_id)
        facts = facts_of(unit, claim.item, claim)
        version, terms = read.terms_on(unit, facts.accepted or unit.today)
        return render_template(
            "treasury/claims_one.html",
            claim=claim,
            steps=steps_of(claim.decision),
            preview=now if isinstance(now, Decision) else None,
            refusal=now if isinstance(now, Refusal) else None,
            changed=isinstance(now, Refusal) or (now is not None and now.as_json() != claim.decision),
            facts=facts,
            until=None if claim.kind == "overpaid" else claim_until(claim.kind, facts, terms),
            version=claim.terms_version or version,
            price=None if row is None else standing(row),
            names=read.names_of_actors(unit, claim),
            tills=_tills(unit, claim),
            today=unit.today,
            me=unit.actor,
        )


@treasury.post("/claims/<uuid:claim_id>/propose")
def claims_propose(claim_id: UUID) -> Response:
    """Propose what the terms say."""

    def act(unit: Work) -> str:
        percent, price = whole_typed("damage_percent"), whole_typed("right_price")
        money.propose(unit, claim_id, damage_percent=percent, right_price=price)
        flash(_("Đã ghi đề nghị. Một quản trị viên khác cần duyệt."))
        return url_for("treasury.claims_one", claim_id=claim_id)

    return act_once(act, again=lambda: claims_one(claim_id))


@treasury.post("/claims/<uuid:claim_id>/approve")
def claims_approve(claim_id: UUID) -> Response:
    """Agree as the second person."""

    def act(unit: Work) -> str:
        claim = money.approve(unit, claim_id)
        paid = claim.state is ClaimState.PAID
        flash(_("Đã duyệt; không có khoản nào phải chi.") if paid else _("Đã duyệt. Bây giờ hãy chi trả."))
        return url_for("treasury.claims_one", claim_id=claim_id)

    return act_once(act, again=lambda: claims_one(claim_id))


@treasury.post("/claims/<uuid:claim_id>/reject")
def claims_reject(claim_id: UUID) -> Response:
    """Turn it down with a reason."""

    def act(unit: Work) -> str:
        money.reject(unit, claim_id, why=request.form.get("why", ""))
        flash(_("Đã từ chối; người khiếu nại đọc được lý do."))
        return url_for("treasury.claims_one", claim_id=claim_id)

    return act_once(act, again=lambda: claims_one(claim_id))


@treasury.post("/claims/<uuid:claim_id>/pay")
def claims_pay(claim_id: UUID) -> Response:
    """Record that the money has left."""

    def act(unit: Work) -> str:
        claim = money.claim_of(unit, claim_id)
        money.pay(unit, claim_id, reference=request.form.get("reference", ""), office_id=_giver(unit, claim))
        flash(_("Đã ghi nhận chi trả."))
        return url_for("treasury.claims_one", claim_id=claim_id)

    return act_once(act, again=lambda: claims_one(claim_id))


def _state(text: str) -> ClaimState:
    try:
        return ClaimState(text) if text else ClaimState.OPEN
    except ValueError:
        raise Invalid(
            "state-unknown", vi="Không có trạng thái này.", en="There is no such state.", pointer="/state"
        ) from None


def _tills(unit: Work, claim: Claim) -> list[Office]:
    """The offices whose till may pay: where the item is delivered, and where it was accepted."""
    ids = dict.fromkeys((claim.item.delivery_office_id, claim.item.accepting_office_id))
    return [unit.session.get_one(Office, office_id) for office_id in ids if office_id is not None]


def _giver(unit: Work, claim: Claim) -> UUID | None:
    chosen = request.form.get("giver", "")
    if chosen == _BANK:
        return None
    for office in _tills(unit, claim):
        if str(office.id) == chosen:
            return office.id
    raise Invalid(
        "giver-missing",
        vi="Hãy chọn chi qua ngân hàng hay từ két của bưu cục.",
        en="Choose whether the bank or an office's till pays.",
        pointer="/giver",
    )
