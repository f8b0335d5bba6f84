"""Cash is taken for the sum that a page showed, or not at all: the price may have changed since it was opened."""

from delivery.errors import Refused
from tariffs.money import written


def refuse_changed(shown: int | None, due: int) -> None:
    """Refuse `due-changed` when the `shown` sum, in đồng, is not what is `due` now; None was not shown anywhere."""
    if shown is None or shown == due:
        return
    more = due - shown
    vi = f"thu thêm {written(more)}" if more > 0 else f"trả lại khách {written(-more)}"
    en = f"take {written(more)} more" if more > 0 else f"give {written(-more)} back"
    raise Refused(
        "due-changed",
        vi=f"Số phải thu đã đổi: trang đã mở ghi {written(shown)}, nay là {written(due)}. "
        f"Chưa ghi gì: đã cầm tiền thì {vi}, rồi báo lại.",
        en=f"What is due has changed: the page showed {written(shown)}, now it is {written(due)}. "
        f"Nothing was recorded: {en} if you hold the cash, then report again.",
        facts={"shown": shown, "due": due},
    )
