"""How pages of the staff wait for a transfer: its code as a picture, and where it stands as a page or a script asks."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import jsonify
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery.errors import NotFound, Refused
from delivery.money import asking
from delivery.money.asking import TransferCode
from delivery.rules.vietqr import Account
from delivery.store.items import Item
from delivery.store.queries.transfers import Received, received_of, short_of
from delivery.store.work import Work
from delivery.web.wired import wiring


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """One item's transfer: its `code` while it is waited for, what was `received` once the bank told of it.

    `short` is what came and was too little, in đồng: it waits for a person, and what is due stays due.
    """

    number: str
    code: TransferCode | None
    received: Received | None
    short: int
    seconds_left: int

    @property
    def state(self) -> str:
        """`waiting`, `paid`, or `none` when nothing is waited for: never asked, or the item or its price moved on."""
        if self.code is not None:
            return "waiting"
        return "none" if self.received is None else "paid"

    @property
    def clock(self) -> str:
        """The time left as 4:05."""
        return f"{self.seconds_left // 60}:{self.seconds_left % 60:02d}"


def possible() -> bool:
    """Whether this installation has an account to transfer to."""
    return wiring().settings.bank is not None


def account() -> Account:
    """The account that codes pay into. Refused in words where there is none."""
    found = asking.account_of(wiring().settings.bank)
    if found is None:
        raise Refused(
            "no-bank-account",
            vi="Bưu điện chưa khai báo tài khoản ngân hàng ở đây: chỉ thu tiền mặt.",
            en="No bank account is set up here: take cash.",
        )
    return found


def awaited(unit: Work, items: Iterable[Item]) -> list[Awaited]:
    """Where the transfer of each item stands for the person of this unit, in the order of `items`."""
    listed = list(items)
    codes = asking.codes_of(unit, listed, asking.account_of(wiring().settings.bank))
    ids = [item.id for item in listed]
    received, short = received_of(unit, ids), short_of(unit, ids)
    return [
        Awaited(
            number=item.number,
            code=codes.get(item.id),
            received=received.get(item.id),
            short=short.get(item.id, 0),
            seconds_left=codes[item.id].seconds_left(unit.now) if item.id in codes else 0,
        )
        for item in listed
    ]


def drawn(found: Awaited) -> Response:
    """The code as a picture; NotFound once there is none."""
    if found.code is None:
        raise NotFound(
            "no-code",
            vi=f"Không có mã chuyển khoản nào đang chờ cho bưu gửi {found.number}.",
            en=f"No transfer is waited for with item {found.number}.",
            facts={"number": found.number},
        )
    title = _("Mã VietQR của bưu gửi %(number)s", number=found.number)
    return Response(found.code.picture(title), mimetype="image/svg+xml")


def told(found: Awaited) -> Response:
    """Where it stands, for the script that waits beside the code."""
    return jsonify(state=found.state, seconds_left=found.seconds_left)
