"""What to look at before a trip is wasted: due items that will hardly be handed over, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import flash, g, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from delivery import choices, foresight
from delivery.rules.foresight import TABLE, Reason, Sign
from delivery.store.foresight import Foreseen
from delivery.store.items import Item
from delivery.store.messages import Message, MessageState
from delivery.store.queries import desk as read
from delivery.store.queries import foresight as seen
from delivery.store.work import Work
from delivery.web.desk.blueprint import desk, work
from delivery.web.forms import act_once
from delivery.web.showing import language

_AT_ONCE = 30
BY_PHONE = "call"


@dataclass(frozen=True, kw_only=True)
class Because:
    """A reason as it was weighed: its words, and the points that it had then."""

    words: str
    points: int


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """An item's likelihood in percent with its reasons, what speaks against it first, and what was done about it."""

    item: Item
    percent: int
    reasons: tuple[Because, ...]
    done: tuple[str, ...]
    can_call: bool


@desk.get("/doubtful")
def doubtful() -> str:
    """The due items in doubt, the least likely first; below, those that somebody let go anyway."""
    with work() as unit:
        shown = outlooks(unit, seen.doubtful(unit, g.office.id, _AT_ONCE))
        gone = outlooks(unit, seen.doubtful(unit, g.office.id, _AT_ONCE, let_go=True))
        total = seen.doubtful_count(unit, g.office.id)
        return render_template("desk/doubtful.html", outlooks=shown, gone=gone, total=total)


@desk.post("/doubtful/<number>/go")
def let_go(number: str) -> Response:
    """Let it go out as it is."""

    def act(unit: Work) -> str:
        foresight.let_go(unit, number=number, office_id=g.office.id)
        flash(_("Bưu gửi %(number)s sẽ đi phát như thường.", number=number))
        return url_for("desk.doubtful")

    return act_once(act, again=doubtful)


@desk.post("/doubtful/<number>/look")
def look_again(number: str) -> Response:
    """Undo `let_go`."""

    def act(unit: Work) -> str:
        foresight.look_again(unit, number=number, office_id=g.office.id)
        flash(_("Bưu gửi %(number)s đã về lại danh sách cần xem.", number=number))
        return url_for("desk.doubtful")

    return act_once(act, again=doubtful)


@desk.post("/doubtful/<number>/confirmed")
def confirmed(number: str) -> Response:
    """The addressee said on the phone that they will be there."""

    def act(unit: Work) -> str:
        choices.confirm(unit, read.item_for(unit, g.office.id, number).id, via=BY_PHONE)
        foresight.let_go(unit, number=number, office_id=g.office.id)
        flash(_("Đã ghi: người nhận bưu gửi %(number)s xác nhận qua điện thoại.", number=number))
        return url_for("desk.doubtful")

    return act_once(act, again=doubtful)


@desk.post("/doubtful/<number>/hold")
def hold(number: str) -> Response:
    """Keep it here until its address is right; the addressee is asked for it."""

    def act(unit: Work) -> str:
        item = foresight.hold_for_address(unit, number=number, office_id=g.office.id)
        flash(
            _(
                "Bưu gửi %(number)s ở lại bưu cục, chờ địa chỉ đúng đến %(day)s.",
                number=number,
                day=f"{item.address_until:%d/%m/%Y}",
            )
        )
        return url_for("desk.review", item=number)

    return act_once(act, again=doubtful)


def outlooks(unit: Work, rows: Sequence[Foreseen]) -> list[Outlook]:
    """The forecasts as the desk shows them, with what was done, in a fixed number of queries."""
    ids = [row.item_id for row in rows]
    asked, opened, answered = seen.questions(unit, ids), seen.links_read(unit, ids), seen.chosen(unit, ids)
    return [
        Outlook(
            item=row.item,
            percent=round(100 * row.likelihood),
            reasons=tuple(_because(sign, points) for sign, points in row.reasons),
            done=_done(row, asked, opened, answered),
            can_call=row.item.addressee.phone is not None,
        )
        for row in rows
    ]


def _because(sign: str, points: int) -> Because:
    row: Reason = TABLE[Sign(sign)]
    return Because(words=row.words(language()), points=points)


def _done(
    row: Foreseen, asked: Mapping[UUID, Message], opened: frozenset[UUID], answered: frozenset[UUID]
) -> tuple[str, ...]:
    said = []
    message = asked.get(row.item_id)
    if message is not None:
        said.append(_fate(message.state))
    if row.item_id in opened:
        said.append(str(_("Người nhận đã mở đường link.")))
    if row.item_id in answered:
        said.append(str(_("Người nhận đã trả lời.")))
    return tuple(said)


def _fate(state: MessageState) -> str:
    match state:
        case MessageState.DELIVERED:
            return str(_("Đã hỏi bằng tin nhắn; tin đã đến máy."))
        case MessageState.UNDELIVERED | MessageState.FAILED:
            return str(_("Đã hỏi bằng tin nhắn, nhưng tin không đến máy: hãy gọi."))
        case MessageState.DROPPED:
            return str(_("Tin nhắn hỏi không còn cần nên không gửi."))
        case _:
            return str(_("Tin nhắn hỏi đang được gửi."))
