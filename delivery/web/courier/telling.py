"""The sentence after a report: what was recorded, and what happens next."""

from datetime import date

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from delivery.attempts import Taken
from delivery.rules.attempts import AwaitAddress, Decision, GiveBack, Hold, OpenIncident, TryAgain
from delivery.rules.calendar import HalfDay, vietnam_day
from delivery.rules.reasons import Reason
from delivery.web.courier.blueprint import courier
from delivery.web.showing import day, dong, reason_words


def of_taking(taken: Taken) -> str:
    """How many envelopes went into the bag, and how many stayed on the shelf."""
    told = [ngettext("Đã nhận %(num)s bưu gửi.", "Đã nhận %(num)s bưu gửi.", len(taken.numbers))]
    if taken.skipped:
        behind = "%(num)s bưu gửi ở lại bưu cục, xem từng điểm."
        told.append(ngettext(behind, behind, len(taken.skipped)))
    return " ".join(told)


def of_delivery(count: int, collected: int, *, transferred: bool = False) -> str:
    """That it was handed over, and what was taken for it in đồng.

    `transferred`: the bank told of the money after the page had asked for cash.
    """
    told = [ngettext("Đã ghi: giao %(num)s bưu gửi.", "Đã ghi: giao %(num)s bưu gửi.", count)]
    if collected:
        told.append(_("Đã thu %(amount)s.", amount=dong(collected)))
    if transferred:
        told.append(_("Ngân hàng vừa báo có tiền chuyển khoản: đã cầm tiền mặt thì trả lại phần đó cho khách."))
    return " ".join(told)


def of_failure(reason: Reason, decision: Decision, today: date) -> str:
    """Why it failed, and what the policy decided."""
    return " ".join([_("Đã ghi: %(reason)s.", reason=reason_words(reason)), *_follows(decision, today)])


def of_collecting(count: int, manifest: str) -> str:
    """What an agency handed over."""
    told = ngettext("Đã nhận %(num)s bưu gửi của cơ quan.", "Đã nhận %(num)s bưu gửi của cơ quan.", count)
    return " ".join([told, _("Biên bản %(manifest)s. Mang về bưu cục để quét.", manifest=manifest)])


def weekday(value: date) -> str:
    """A day with its weekday, as a person at the door says it: Thứ Ba 01/12."""
    return f"{weekday_name(value)} {day_and_month(value)}"


@courier.app_template_filter()
def weekday_name(value: date) -> str:
    """The weekday alone: Thứ Ba."""
    return str(format_date(value, "EEEE"))


@courier.app_template_filter()
def day_and_month(value: date) -> str:
    """A day of the coming weeks: 01/12."""
    return f"{value:%d/%m}"


def _follows(decision: Decision, today: date) -> list[str]:
    match decision:
        case TryAgain():
            again = vietnam_day(decision.not_before)
            when = weekday(again) if again > today else _("hôm nay")
            match decision.half_day:
                case HalfDay.MORNING:
                    when = _("sáng %(day)s", day=when)
                case HalfDay.AFTERNOON:
                    when = _("chiều %(day)s", day=when)
                case None:
                    pass
            told = [_("Phát lại %(when)s.", when=when)]
            return [*told, _("Lần sau gọi trước khi đến.")] if decision.call_first else told
        case Hold():
            return [_("Mang về bưu cục: lưu tại quầy đến %(until)s.", until=day(decision.until))]
        case GiveBack():
            return [_("Mang về bưu cục: sẽ chuyển hoàn cơ quan.")]
        case AwaitAddress():
            return [_("Mang về bưu cục: chờ địa chỉ mới đến %(until)s.", until=day(decision.until))]
        case OpenIncident():
            return [_("Đã mở sự cố: báo ngay cho bưu cục.")]
