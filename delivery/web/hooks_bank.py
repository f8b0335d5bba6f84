"""The bank tells of money that arrived: signed as Standard Webhooks asks, kept once by the bank's own reference.

    POST /hooks/bank
    {"reference": "FT26334112233", "amount": 81000, "content": "RR123456785VN", "paid_at": "2026-11-30T08:00:00+07:00"}

`amount` is whole đồng. Any 2xx ends the bank's retries: a credit that fits nothing is kept too, for a person.
"""

import hmac
from datetime import datetime, timedelta
from typing import Annotated

from flask import Blueprint, Flask, Response, json, request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from delivery.errors import Forbidden, NotFound
from delivery.money.banking import receive
from delivery.outbound.webhooks import signature
from delivery.rules.transfers import LARGEST, LONGEST_CONTENT, LONGEST_REFERENCE, Notice
from delivery.web.wired import wiring
from delivery.wiring import Wiring

ACTOR = "hook:bank"
TOLERANCE = timedelta(minutes=5)
"""How old or new a notice's signature may be; a bank signs each retry anew."""
LARGEST_BODY = 16 * 1024

hooks_bank = Blueprint("hooks_bank", __name__, url_prefix="/hooks")


class Told(BaseModel):
    """A notice's body; members that a bank adds are left aside."""

    model_config = ConfigDict(hide_input_in_errors=True)

    reference: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=LONGEST_REFERENCE, pattern=r"^[!-~]+( [!-~]+)*$"
        ),
    ]
    amount: Annotated[int, Field(strict=True, ge=1, le=LARGEST)]
    content: Annotated[str, StringConstraints(max_length=LONGEST_CONTENT)]
    paid_at: AwareDatetime

    def notice(self) -> Notice:
        """The same as a value of the rules."""
        return Notice(bank_reference=self.reference, amount=self.amount, content=self.content, paid_at=self.paid_at)


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install on the application."""
    app.register_blueprint(hooks_bank)


@hooks_bank.before_request
def signed_by_bank() -> None:
    """Refuse what the bank did not sign within the last minutes; without a bank there is no such door."""
    request.max_content_length = LARGEST_BODY
    bank = wiring().settings.bank
    if bank is None:
        raise NotFound(
            "no-bank",
            vi="Hệ thống chưa khai báo tài khoản ngân hàng (BANK_BIN, BANK_ACCOUNT, BANK_HOLDER, BANK_HOOK_SECRET).",
            en="No bank account is set up here (BANK_BIN, BANK_ACCOUNT, BANK_HOLDER, BANK_HOOK_SECRET).",
        )
    webhook_id, at = request.headers.get("webhook-id", ""), _signed_at(request.headers.get("webhook-timestamp", ""))
    if at is None or abs(wiring().clock.real() - at) > TOLERANCE:
        raise Forbidden(
            "signature-late",
            vi="Thời điểm ký (webhook-timestamp) thiếu hoặc lệch quá 5 phút. Hãy ký lại rồi gửi lại.",
            en="The time of signing (webhook-timestamp) is missing or more than 5 minutes off. Sign and send again.",
        )
    expected = signature(bank.hook_secret, webhook_id, at, request.get_data())
    given = request.headers.get("webhook-signature", "").split()
    if not webhook_id or not any(hmac.compare_digest(one.encode(), expected.encode()) for one in given):
        raise Forbidden(
            "signature-wrong",
            vi="Chữ ký của ngân hàng (webhook-signature) không đúng với BANK_HOOK_SECRET.",
            en="The bank's signature (webhook-signature) does not fit BANK_HOOK_SECRET.",
        )


@hooks_bank.post("/bank")
def bank_notice() -> Response:
    """Keep the credit; the answer names no item: {"state": "matched" | "waiting" | "refund"}."""
    told = Told.model_validate_json(request.get_data())
    with wiring().work(ACTOR) as unit:
        received = receive(unit, told.notice(), told_by="hook")
    return Response(json.dumps({"state": received.state}), content_type="application/json")


def _signed_at(header: str) -> datetime | None:
    if not (header.isascii() and header.isdigit() and len(header) <= 11):
        return None
    return datetime.fromtimestamp(int(header), tz=wiring().clock.real().tzinfo)
