"""What happened to an item, as its addressee reads it. Pure: values in, lines out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from delivery.rules.calendar import HalfDay, vietnam_time
from delivery.rules.reasons import Action, Reason, about
from delivery.rules.states import Happening, State
from tracking.words import Words, of_half, plain_day

Value = str | int | bool | None


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One event: `place` is the name of the office where it happened, `data` what the event holds."""

    seq: int
    kind: Happening
    state: State
    at: datetime
    place: str | None = None
    data: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the timeline. `at` is on Vietnam's clocks; `detail` says why and what follows, if there is more."""

    at: datetime
    title: Words
    detail: Words | None
    place: str | None
    bad: bool


def entries(happened: Iterable[Happened]) -> tuple[Entry, ...]:
    """The public states that the item went through, in the order of happening; what is nobody's news is left out."""
    ordered = sorted(happened, key=lambda event: (event.at, event.seq))
    return tuple(_entry(event) for event in ordered if event.kind in _TITLES)


def _entry(event: Happened) -> Entry:
    return Entry(
        at=vietnam_time(event.at),
        title=_title(event),
        detail=_detail(event),
        place=event.place,
        bad=event.kind in _BAD,
    )


def _title(event: Happened) -> Words:
    if event.kind is Happening.ATTEMPT_FAILED and event.data.get("kind") == "contact":
        return Words(vi="Chưa liên lạc được với bạn", en="We could not reach you")
    if event.state is State.RETURNING and event.kind in _LEGS:
        return _LEGS[event.kind]
    if event.kind is Happening.RESCHEDULED:
        return _CHOSEN.get(str(event.data.get("what")), _TITLES[Happening.RESCHEDULED])
    return _TITLES[event.kind]


def _detail(event: Happened) -> Words | None:
    match event.kind:
        case Happening.ATTEMPT_FAILED:
            return _why_failed(event.data)
        case Happening.RESCHEDULED:
            return _agreed(event.data)
        case Happening.READY_FOR_COLLECTION:
            until = _day(event.data.get("held_until"))
            if until is None:
                return None
            last = plain_day(until)
            return Words(vi=f"Giữ đến hết {last.vi}.", en=f"Kept until the end of {last.en}.")
        case Happening.DELIVERED:
            return _RECEIVERS.get(str(event.data.get("to")))
        case Happening.RETURN_STARTED:
            return _GROUNDS.get(str(event.data.get("ground")))
        case Happening.INCIDENT_CLOSED:
            return _OUTCOMES.get(event.state)
        case _:
            return None


def _why_failed(data: Mapping[str, Value]) -> Words | None:
    try:
        reason, action = about(Reason(str(data.get("reason")))), Action(str(data.get("action")))
    except ValueError:
        return None
    follows = _FOLLOWS.get(action)
    uncounted = Words(vi="", en="")
    if data.get("kind") == "visit" and not data.get("counts") and action is Action.REATTEMPT:
        uncounted = Words(vi=" Lần này không tính.", en=" This one does not count.")
    return Words(
        vi=f"{reason.vi}.{uncounted.vi}{f' {follows.vi}' if follows else ''}",
        en=f"{reason.en}.{uncounted.en}{f' {follows.en}' if follows else ''}",
    )


def _agreed(data: Mapping[str, Value]) -> Words | None:
    day = _day(data.get("day"))
    if day is None:
        return None
    dated, half = plain_day(day), of_half(_half(data.get("half_day")))
    return Words(vi=f"Phát {dated.vi}{half.vi}.".replace("  ", " "), en=f"Delivery on {dated.en}{half.en}.")


def _day(value: Value) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _half(value: Value) -> HalfDay | None:
    return HalfDay(str(value)) if value in tuple(HalfDay) else None


_H = Happening
_TITLES: Mapping[Happening, Words] = MappingProxyType(
    {
        _H.REGISTERED: Words(vi="Cơ quan đã đăng ký gửi cho bạn", en="The agency announced it"),
        _H.ACCEPTED: Words(vi="Bưu điện đã nhận từ cơ quan", en="The post accepted it from the agency"),
        _H.DEPARTED: Words(vi="Đã rời bưu cục", en="Left the post office"),
        _H.ARRIVED: Words(vi="Đã đến bưu cục", en="Arrived at the post office"),
        _H.AT_DELIVERY_OFFICE: Words(vi="Đã đến bưu cục phát", en="Arrived at the delivery office"),
        _H.BACK_AT_OFFICE: Words(vi="Bưu tá đã mang về bưu cục", en="The courier brought it back to the office"),
        _H.OUT_FOR_DELIVERY: Words(vi="Bưu tá đi phát", en="Out for delivery"),
        _H.ATTEMPT_FAILED: Words(vi="Chưa phát được", en="Delivery attempt failed"),
        _H.ADDRESS_UNRESOLVED: Words(vi="Cần địa chỉ rõ hơn", en="Needs a clearer address"),
        _H.RESCHEDULED: Words(vi="Đã sửa địa chỉ", en="The address was corrected"),
        _H.READY_FOR_COLLECTION: Words(vi="Sẵn sàng nhận tại quầy", en="Ready for collection at the counter"),
        _H.RECALL_REQUESTED: Words(vi="Cơ quan gửi đã rút lại", en="The agency recalled it"),
        _H.DELIVERED: Words(vi="Đã giao", en="Delivered"),
        _H.RETURN_STARTED: Words(vi="Bắt đầu chuyển về cơ quan gửi", en="Return to the agency began"),
        _H.RETURNED: Words(vi="Cơ quan gửi đã nhận lại", en="Returned to the agency"),
        _H.INCIDENT_OPENED: Words(vi="Đang xác minh sự cố", en="Under inquiry"),
        _H.INCIDENT_CLOSED: Words(vi="Đã xác minh xong", en="The inquiry ended"),
        _H.CANCELLED: Words(vi="Cơ quan đã hủy việc gửi", en="The agency cancelled it"),
        _H.CORRECTED: Words(vi="Đính chính: thông tin trước đó chưa đúng", en="Corrected: what was said was not so"),
    }
)
_BAD = frozenset({_H.ATTEMPT_FAILED, _H.ADDRESS_UNRESOLVED, _H.INCIDENT_OPENED})
_LEGS: Mapping[Happening, Words] = MappingProxyType(
    {
        _H.DEPARTED: Words(vi="Rời bưu cục, trên đường về cơ quan", en="Left the office on its way to the agency"),
        _H.ARRIVED: Words(vi="Đến bưu cục, trên đường về cơ quan", en="At an office on its way to the agency"),
    }
)
_CHOSEN: Mapping[str, Words] = MappingProxyType(
    {
        "later": Words(vi="Đã hẹn ngày phát khác", en="Another day was agreed on"),
        "redelivery": Words(vi="Đã hẹn phát thêm một lần", en="One more visit was agreed on"),
        "counter": Words(vi="Bạn chọn nhận tại quầy", en="You chose the counter"),
        "address": Words(vi="Bạn đã báo địa chỉ khác", en="You gave another address"),
    }
)
_RECEIVERS: Mapping[str, Words] = MappingProxyType(
    {
        "addressee": Words(vi="Giao tận tay người nhận.", en="Handed to the addressee."),
        "authorised": Words(vi="Giao cho người được ủy quyền.", en="Handed to the authorised person."),
        "household": Words(vi="Giao cho người cùng nhà.", en="Handed to a member of the household."),
        "counter": Words(vi="Nhận tại quầy bưu cục.", en="Collected at the counter."),
    }
)
_GROUNDS: Mapping[str, Words] = MappingProxyType(
    {
        "recalled": Words(vi="Cơ quan gửi đã rút lại.", en="The agency recalled it."),
        "refused": Words(vi="Người nhận từ chối nhận.", en="It was refused."),
        "no_address": Words(vi="Không có địa chỉ đúng trong thời hạn.", en="No right address came in time."),
        "not_collected": Words(vi="Không có người đến nhận trong thời hạn.", en="Nobody collected it in time."),
    }
)
_FOLLOWS: Mapping[Action, Words] = MappingProxyType(
    {
        Action.REATTEMPT: Words(vi="Bưu điện sẽ phát lại.", en="We will try again."),
        Action.HOLD: Words(vi="Bưu gửi sẽ chờ bạn tại quầy.", en="It will wait for you at the counter."),
        Action.AWAIT_ADDRESS: Words(vi="Cần địa chỉ mới.", en="A new address is needed."),
        Action.RETURN: Words(vi="Bưu gửi sẽ về cơ quan gửi.", en="It will go back to the agency."),
        Action.INCIDENT: Words(vi="Bưu điện đang xác minh.", en="We are looking into it."),
        Action.OTHER_CHANNEL: Words(vi="Bưu điện sẽ liên hệ bằng cách khác.", en="We will reach you another way."),
    }
)
_OUTCOMES: Mapping[State, Words] = MappingProxyType(
    {
        State.LOST: Words(vi="Bưu gửi bị mất.", en="The item is lost."),
        State.RETURNING: Words(vi="Bưu gửi về cơ quan gửi.", en="It goes back to the agency."),
    }
)
