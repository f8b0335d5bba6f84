"""How values read on a page: filters and globals that every template may use."""

from datetime import date, datetime
from uuid import uuid4

from flask import Flask
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from delivery.errors import Trouble
from delivery.rules.calendar import vietnam_time
from delivery.rules.reasons import TABLE, Reason
from delivery.rules.states import WORDS_EN, WORDS_VI, Happening, State
from routing.geocoding import Source

ENGLISH = "en"
VIETNAMESE = "vi"
LANGUAGES = (VIETNAMESE, ENGLISH)


def init_app(app: Flask) -> None:
    """Register the filters and globals."""
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        clock_time=clock_time,
        dong=dong,
        number=number,
        state_words=state_words,
        reason_words=reason_words,
        outcome_words=outcome_words,
        happening_words=happening_words,
        trouble_words=trouble_words,
        kilometres=kilometres,
        nearness=nearness,
        spot_words=spot_words,
    )
    app.jinja_env.globals.update(language=language, new_report_id=lambda: str(uuid4()))
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def language() -> str:
    """The language of this answer: "vi" or "en"."""
    return ENGLISH if str(get_locale()) == ENGLISH else VIETNAMESE


def day(value: date) -> str:
    """A day as 30/11/2026."""
    return f"{value:%d/%m/%Y}"


def moment(value: datetime) -> str:
    """An instant on Vietnam's clocks, as 08:05 30/11/2026."""
    return f"{vietnam_time(value):%H:%M %d/%m/%Y}"


def clock_time(seconds: int) -> str:
    """Seconds after local midnight as 08:05."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def dong(amount: int) -> str:
    """Whole đồng as 31.000 đ."""
    return f"{amount:,}".replace(",", "." if language() == VIETNAMESE else ",") + " đ"


def number(value: str) -> str:
    """An S10 number in the groups that people read aloud: AA 1234 5678 9 VN, with spaces that do not break."""
    return "\N{NO-BREAK SPACE}".join((value[:2], value[2:6], value[6:10], value[10:11], value[11:]))


def kilometres(metres: int) -> str:
    """Metres as 12,3 km."""
    return f"{metres / 1000:.1f} km".replace(".", "," if language() == VIETNAMESE else ".")


def nearness(metres: float) -> str:
    """How far off a point may be, no finer than anybody knows: ±25 m, ±340 m, ±1,2 km."""
    if metres >= 1000:
        return "±" + kilometres(round(metres))
    step = 5 if metres < 100 else 10
    return f"±{round(metres / step) * step} m"


def spot_words(source: str, hand_overs: int | None = None) -> str:
    """Who vouches for a point, as the desk and the courier say it."""
    if source == Source.ADDRESS_BOOK:
        known = hand_overs or 1
        return str(ngettext("đã phát ở đây %(num)s lần", "đã phát ở đây %(num)s lần", known))
    words = {
        Source.GIVEN: _("điểm kèm theo địa chỉ"),
        Source.GEOCODER: _("điểm tra trên bản đồ"),
        Source.STREET: _("giữa tuyến đường"),
        Source.COMMUNE: _("giữa xã, phường"),
        Source.OLD_UNITS: _("giữa các xã, phường cũ"),
    }
    return str(words[Source(source)])


def state_words(state: State) -> str:
    """A state for the people who read it."""
    return (WORDS_EN if language() == ENGLISH else WORDS_VI)[State(state)]


def reason_words(reason: str) -> str:
    """A reason for the people who read it."""
    return TABLE[Reason(reason)].words(language())


def outcome_words(outcome: str) -> str:
    """What came of an item at a stop: delivered, a reason, or brought back unvisited."""
    if outcome == "delivered":
        return str(_("đã phát"))
    return reason_words(outcome) if outcome in list(Reason) else str(_("mang về"))


def happening_words(happening: Happening) -> str:
    """What happened to an item, as a line of its history."""
    words = {
        Happening.REGISTERED: _("Cơ quan báo gửi"),
        Happening.ACCEPTED: _("Bưu điện chấp nhận"),
        Happening.DEPARTED: _("Rời bưu cục"),
        Happening.ARRIVED: _("Đến bưu cục"),
        Happening.AT_DELIVERY_OFFICE: _("Đến bưu cục phát"),
        Happening.BACK_AT_OFFICE: _("Bưu tá mang về bưu cục"),
        Happening.OUT_FOR_DELIVERY: _("Bưu tá đi phát"),
        Happening.ATTEMPT_FAILED: _("Phát không thành"),
        Happening.ADDRESS_UNRESOLVED: _("Địa chỉ chưa rõ"),
        Happening.RESCHEDULED: _("Hẹn lại"),
        Happening.READY_FOR_COLLECTION: _("Sẵn sàng nhận tại quầy"),
        Happening.RECALL_REQUESTED: _("Cơ quan rút lại"),
        Happening.INVITATION_SENT: _("Giấy mời đã gửi"),
        Happening.COLLECTION_EXPIRED: _("Hết hạn lưu giữ"),
        Happening.DELIVERED: _("Đã phát"),
        Happening.RETURN_STARTED: _("Bắt đầu chuyển hoàn"),
        Happening.RETURNED: _("Cơ quan ký nhận lại"),
        Happening.INCIDENT_OPENED: _("Mở xác minh sự cố"),
        Happening.INCIDENT_CLOSED: _("Kết thúc xác minh"),
        Happening.CANCELLED: _("Hủy"),
        Happening.CORRECTED: _("Đính chính"),
    }
    return str(words[Happening(happening)])


def trouble_words(trouble: Trouble) -> str:
    """An error's sentence in the page's language."""
    return trouble.words(language())
