"""What providers report: message statuses, and the texts that people send back. Each request is signed (C22, C26)."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID
from xml.sax.saxutils import escape

import structlog
from flask import Blueprint, Flask, Response, request
from sqlalchemy import select

from delivery import holding
from delivery.errors import Forbidden, Trouble
from delivery.outbound import outbox
from delivery.outbound.sms import Status, signature_is_valid
from delivery.rules.texts import Choice, Template, parse_reply
from delivery.store.messages import Message, MessageState
from delivery.store.people import Addressee
from delivery.store.work import Work
from delivery.vault import Vault
from delivery.web.wired import wiring
from delivery.wiring import Wiring

ACTOR = "job:provider_reports"
INVITING = frozenset({Template.READY_TO_COLLECT, Template.INVITATION})
"""The texts that are invitations once delivered; every other ends with its report and locks no item."""

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")
_CODE = re.compile(r"[0-9]{1,6}")
_log = structlog.stdlib.get_logger("delivery.hooks")


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install on the application."""
    app.register_blueprint(hooks)


@hooks.before_request
def signed_by_provider() -> None:
    """Refuse what the provider did not sign for our public address."""
    settings = wiring().settings
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    address = f"{settings.public_url}{request.path}{query}"
    signature = request.headers.get("X-Twilio-Signature", "")
    if not signature_is_valid(address, request.form, signature, settings.sms.auth_token):
        raise Forbidden(
            "signature-wrong",
            vi="Chữ ký của nhà cung cấp không đúng với địa chỉ công khai của hệ thống (PUBLIC_URL).",
            en="The provider's signature does not fit this system's public address (PUBLIC_URL).",
        )


@hooks.post("/sms/<uuid:message_id>")
def status_report(message_id: UUID) -> Response:
    """A text's status; 204 also for a status that is new to us, which changes nothing."""
    status = Status.reported(request.form.get("MessageStatus", ""))
    code = request.form.get("ErrorCode", "")
    sid = request.form.get("MessageSid", "")
    if status is not None and sid:
        with wiring().work(ACTOR) as unit:
            settled = outbox.report_status(
                unit, message_id, sid=sid, status=status, error_code=int(code) if _CODE.fullmatch(code) else None
            )
            if settled is not None:
                tell_holding(unit, settled)
    return Response(status=204)


def tell_holding(unit: Work, message: Message) -> None:
    """Let an invitation follow its text: only a delivered one proves it. What its item refuses is logged."""
    if message.template not in INVITING:
        return
    try:
        with unit.session.begin_nested():
            if message.state is MessageState.DELIVERED:
                holding.prove(unit, message)
            else:
                holding.unprovable(unit, message)
    except Trouble as trouble:
        _log.warning("invitation does not follow its text", message=str(message.id), why=trouble.code)


_ANSWERS: Mapping[Choice | None, str] = MappingProxyType(
    {
        Choice.STOP: "Buu dien: tu nay khong gui tin nhan den so nay. Buu ta se goi hoac gui giay moi.",
        Choice.WRONG_PERSON: "Buu dien: da ghi nhan sai nguoi nhan. Khong gui tin nhan nua. Xin cam on.",
        None: "Buu dien: chua hieu tin nhan. Tra loi 1-5 hoac 0, hoac mo duong link da gui.",
    }
)
_CHOSEN = "Buu dien: da nhan yeu cau. Mo duong link da gui de xac nhan cach nhan."


@hooks.post("/sms/inbound")
def inbound() -> Response:
    """A text from a phone: understood or not, answered in one segment (TwiML).

    0 ends all texts to that number, SAI flags it as not the addressee's; a choice is confirmed at the
    link, because a bare text proves nobody.
    """
    choice = parse_reply(request.form.get("Body", ""))
    with wiring().work(ACTOR) as unit:
        known = _addressees(unit, request.form.get("From", ""))
        for addressee in known:
            if choice is Choice.STOP:
                addressee.can_sms = False
            elif choice is Choice.WRONG_PERSON:
                addressee.phone_reachable = False
    _log.info("text received", choice=choice or "not understood", addressees=len(known))
    words = _ANSWERS.get(choice, _CHOSEN)
    return Response(f"<Response><Message>{escape(words)}</Message></Response>", content_type="text/xml")


def _addressees(unit: Work, phone: str) -> Sequence[Addressee]:
    index = Vault.of(unit).index("phone", phone)
    query = select(Addressee).where(Addressee.phone_index == index).order_by(Addressee.id)
    return unit.session.scalars(query.with_for_update(of=Addressee)).all()
