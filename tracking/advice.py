"""What the addressee needs to do now, and where the item stands, each in plain sentences. Pure."""

from dataclasses import dataclass
from datetime import date

from delivery.rules.calendar import HalfDay
from delivery.rules.states import FINAL, State
from delivery.store.items import NextStep
from tracking.words import Words, dong, of_half, on_day

_NOTHING = Words(vi="Bạn không cần làm gì.", en="You need to do nothing.")
_CONFIRM = Words(
    vi="Nếu sẽ có người nhận khi bưu tá đến, hãy bấm xác nhận. Nếu đã đổi chỗ ở, hãy báo địa chỉ mới bên dưới.",
    en="If somebody will be there when the courier comes, please confirm. If you have moved, tell us below.",
)
_NOTHING_YET = Words(vi="Bạn chưa cần làm gì.", en="You need to do nothing yet.")
_SHOW_IDENTITY = Words(
    vi="Chuẩn bị giấy tờ tùy thân để bưu tá xem.", en="Have your identity document ready for the courier to see."
)


@dataclass(frozen=True, kw_only=True)
class Counter:
    """The delivery office: its name, where it lies, and its hours ("07:00")."""

    name: str
    place: str
    opens: str
    closes: str


@dataclass(frozen=True, kw_only=True)
class Visit:
    """The visit to come, on Vietnam's day `day`. `certain`: agreed on or planned; else `day` is the earliest.

    `hours` are whole hours from and to, told once the courier has the item; `late` when they are over.
    """

    day: date
    half_day: HalfDay | None
    certain: bool
    hours: tuple[int, int] | None = None
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an item stands, as far as its addressee has to act on it.

    `due` is in đồng; `saved` of it is spared at the counter. `address_given`: a new address is being placed. `agency`
    names the sender, `return_point` where the item returns to; `claimed`: compensation for its loss is on its way
    without being asked for. `asked`: whether somebody will be there for the visit to come is still to be confirmed.
    """

    state: State
    next_step: NextStep
    today: date
    agency: str
    return_point: str
    office: Counter | None = None
    recalled: bool = False
    visit: Visit | None = None
    held_until: date | None = None
    address_until: date | None = None
    address_given: bool = False
    due: int = 0
    saved: int = 0
    claimed: bool = False
    asked: bool = False


def what_to_do(standing: Standing) -> tuple[Words, ...]:
    """The sentences at the top of the page, the most pressing first; never none."""
    first = _first(standing)
    if standing.asked:
        first = (_CONFIRM, *(words for words in first if words is not _NOTHING_YET))
    if standing.due and still_comes(standing) and standing.next_step is not NextStep.ADDRESS:
        if standing.saved and (standing.state is State.HELD or standing.next_step is NextStep.COUNTER):
            return *first, _pay_at_counter(dong(standing.due - standing.saved), dong(standing.saved))
        amount = dong(standing.due)
        return *first, Words(vi=f"Khi nhận, bạn trả {amount.vi}.", en=f"You pay {amount.en} when you receive it.")
    return first


def _pay_at_counter(amount: Words, saved: Words) -> Words:
    return Words(
        vi=f"Khi nhận tại quầy, bạn trả {amount.vi}, đã giảm {saved.vi} vì tự đến nhận.",
        en=f"At the counter you pay {amount.en}: {saved.en} less, because you collect it.",
    )


def where_it_is(standing: Standing) -> Words:
    """The state in one sentence."""
    office = standing.office.name if standing.office else "bưu cục phát"
    office_en = standing.office.name if standing.office else "the delivery office"
    if standing.recalled and standing.state not in (FINAL | {State.RETURNING}):
        return Words(
            vi=f"{standing.agency} đã rút lại bưu gửi này, bưu điện sẽ không giao nữa.",
            en=f"{standing.agency} has recalled this item, so it will not be delivered.",
        )
    match standing.state:
        case State.REGISTERED:
            return Words(
                vi="Bưu gửi còn ở cơ quan, bưu điện chưa nhận.",
                en="The item is still at the agency; the post does not have it yet.",
            )
        case State.ACCEPTED | State.IN_TRANSIT:
            return Words(vi=f"Bưu gửi đang trên đường đến {office}.", en=f"The item is on its way to {office_en}.")
        case State.AT_OFFICE:
            return Words(vi=f"Bưu gửi đang ở {office}.", en=f"The item is at {office_en}.")
        case State.OUT_FOR_DELIVERY:
            return Words(vi="Bưu tá đang giữ bưu gửi.", en="The courier has the item.")
        case State.HELD:
            return Words(vi=f"Bưu gửi chờ bạn tại quầy {office}.", en=f"The item waits at the counter of {office_en}.")
        case State.RETURNING:
            return Words(
                vi=f"Bưu gửi đang về {standing.return_point}.", en=f"The item is going back to {standing.return_point}."
            )
        case State.UNDER_INQUIRY:
            return Words(
                vi="Bưu gửi gặp sự cố, bưu điện đang xác minh.", en="Something happened to the item; we are inquiring."
            )
        case State.DELIVERED:
            return Words(vi="Bưu gửi đã được giao.", en="The item has been delivered.")
        case State.RETURNED:
            return Words(
                vi=f"Bưu gửi đã về {standing.return_point}.", en=f"The item is back at {standing.return_point}."
            )
        case State.CANCELLED:
            return Words(vi=f"{standing.agency} đã hủy việc gửi.", en=f"{standing.agency} has cancelled the dispatch.")
        case State.LOST:
            return Words(vi="Bưu gửi đã bị mất.", en="The item has been lost.")


def _first(standing: Standing) -> tuple[Words, ...]:
    if standing.state in FINAL:
        return _after_its_end(standing)
    if standing.recalled or standing.state is State.RETURNING or standing.next_step is NextStep.RETURN:
        return (
            _NOTHING,
            Words(
                vi=f"Muốn nhận lại kết quả, hãy hỏi {standing.agency}.",
                en=f"To get the result another way, ask {standing.agency}.",
            ),
        )
    if standing.state is State.UNDER_INQUIRY:
        return (_NOTHING_YET, Words(vi="Bưu điện sẽ báo kết quả xác minh.", en="We will tell you what we find."))
    if standing.state is State.HELD:
        return _collect(standing)
    match standing.next_step:
        case NextStep.ADDRESS:
            return _give_address(standing)
        case NextStep.COUNTER:
            return _wait_for_counter(standing)
        case _:
            return _await_visit(standing)


def _after_its_end(standing: Standing) -> tuple[Words, ...]:
    match standing.state:
        case State.DELIVERED:
            office = standing.office.name if standing.office else "bưu cục phát"
            office_en = standing.office.name if standing.office else "the delivery office"
            return (
                _NOTHING,
                Words(
                    vi=f"Nếu bạn chưa nhận được, hãy báo ngay cho {office} và đọc mã bưu gửi.",
                    en=f"If you did not receive it, tell {office_en} at once and quote the item's code.",
                ),
            )
        case State.RETURNED:
            return (
                Words(
                    vi=f"Hãy đến {standing.return_point} để nhận, hoặc yêu cầu cơ quan gửi lại qua bưu điện.",
                    en=f"Collect it at {standing.return_point}, or ask the agency to send it again.",
                ),
            )
        case State.LOST:
            return (
                Words(
                    vi=f"Hãy hỏi {standing.agency} về việc cấp lại.",
                    en=f"Ask {standing.agency} for a new copy.",
                ),
                Words(
                    vi="Bưu điện đã tự mở hồ sơ bồi thường: bạn không phải làm đơn.",
                    en="We have begun to compensate you: you need not ask for it.",
                )
                if standing.claimed
                else Words(
                    vi="Bạn có quyền khiếu nại với bưu điện trong 6 tháng.",
                    en="You may complain to the post within 6 months.",
                ),
            )
        case _:
            return (
                _NOTHING,
                Words(
                    vi=f"Có câu hỏi, hãy hỏi {standing.agency}.", en=f"If you have questions, ask {standing.agency}."
                ),
            )


def _collect(standing: Standing) -> tuple[Words, ...]:
    if standing.office is None:
        return (_NOTHING_YET,)
    office, until_vi, until_en = standing.office, "", ""
    if standing.held_until is not None:
        last = on_day(standing.held_until, standing.today)
        until_vi, until_en = f", chậm nhất {last.vi}", f", {last.en} at the latest"
    return (
        Words(
            vi=f"Mang giấy tờ tùy thân đến {office.name} để nhận{until_vi}.",
            en=f"Bring your identity document to {office.name} to collect it{until_en}.",
        ),
        Words(
            vi=f"Bưu cục mở cửa từ {office.opens} đến {office.closes}.",
            en=f"The post office is open from {office.opens} to {office.closes}.",
        ),
    )


def _give_address(standing: Standing) -> tuple[Words, ...]:
    if standing.address_given:
        return (
            _NOTHING_YET,
            Words(vi="Bưu cục đang xem địa chỉ bạn đã gửi.", en="The post office is looking at the address you gave."),
        )
    until_vi, until_en = "", ""
    if standing.address_until is not None:
        last = on_day(standing.address_until, standing.today)
        until_vi, until_en = f", chậm nhất {last.vi}", f", {last.en} at the latest"
    return (
        Words(vi=f"Hãy cho biết địa chỉ đúng{until_vi}.", en=f"Please give the right address{until_en}."),
        Words(
            vi="Quá ngày đó bưu gửi sẽ về cơ quan gửi.", en="After that the item goes back to the agency that sent it."
        ),
    )


def _wait_for_counter(standing: Standing) -> tuple[Words, ...]:
    office = standing.office.name if standing.office else "bưu cục phát"
    office_en = standing.office.name if standing.office else "the delivery office"
    return (
        _NOTHING_YET,
        Words(
            vi=f"Khi bưu gửi sẵn sàng ở quầy {office}, bưu điện sẽ nhắn tin mời bạn đến.",
            en=f"When it is ready at the counter of {office_en}, we will send you a text.",
        ),
    )


def _await_visit(standing: Standing) -> tuple[Words, ...]:
    visit = standing.visit
    if visit is None:
        return (
            _NOTHING_YET,
            Words(
                vi="Trước khi bưu tá đến, bưu điện sẽ nhắn tin giờ phát.",
                en="Before the courier comes, we will text you the hours.",
            ),
        )
    day, half = on_day(visit.day, standing.today), of_half(visit.half_day)
    if visit.late:
        return (
            Words(
                vi="Bưu tá đến muộn hơn dự kiến. Nếu được, hãy ở nhà đến hết chiều nay.",
                en="The courier is later than planned. If you can, please stay at home today.",
            ),
            _SHOW_IDENTITY,
        )
    if visit.hours is not None:
        begin, end = visit.hours
        return (
            Words(
                vi=f"Hãy ở nhà {day.vi}, từ {begin} giờ đến {end} giờ.",
                en=f"Please be at home {day.en}, from {begin}:00 to {end}:00.",
            ),
            _SHOW_IDENTITY,
        )
    if visit.certain:
        return (
            Words(vi=f"Hãy ở nhà{half.vi} {day.vi}.", en=f"Please be at home {day.en}{half.en}."),
            _SHOW_IDENTITY,
        )
    return (
        _NOTHING_YET,
        Words(
            vi=f"Bưu tá sẽ đến lại, sớm nhất{half.vi} {day.vi}. Bưu điện sẽ nhắn tin giờ phát.",
            en=f"The courier will come again, {day.en}{half.en} at the earliest. We will text you the hours.",
        ),
    )


def still_comes(standing: Standing) -> bool:
    """Whether the item is on its way to its addressee, or may be again once its address is right."""
    going_back = standing.recalled or standing.state is State.RETURNING or standing.next_step is NextStep.RETURN
    return standing.state not in FINAL and not going_back and standing.state is not State.UNDER_INQUIRY
