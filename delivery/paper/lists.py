"""BD13, the delivery list (bảng kê phát): a courier's stops of a day, with room to sign for each."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from delivery.paper import words
from delivery.paper.page import (
    BOLD,
    LANDSCAPE_WIDTH_MM,
    REGULAR,
    Column,
    Running,
    SignatureBox,
    bilingual,
    fact,
    facts,
    grid,
    line,
    sheets,
    signatures,
    stacked,
    title,
)

_ROOM_TO_SIGN_MM = 13
# A row is never cut by the end of a sheet, so a stop with a whole agency's returns takes several.
_NUMBERS_IN_A_ROW = 12


class StopKind(StrEnum):
    """What a courier does at a stop."""

    DELIVERY = "delivery"
    PICKUP = "pickup"
    RETURN = "return"


_KIND_WORDS = {
    StopKind.DELIVERY: ("Phát", "Delivery"),
    StopKind.PICKUP: ("Nhận gửi", "Pick-up"),
    StopKind.RETURN: ("Chuyển hoàn", "Return"),
}


@dataclass(frozen=True, kw_only=True)
class ListStop:
    """One stop: a household, or an agency's hand-over point.

    `arrival` is the planned 'HH:MM'; `window` the promised times ('HH:MM', 'HH:MM') or None; `numbers` are S10,
    none only at a pick-up, where the agency's manifest will name them; `amount_to_collect` is whole đồng for the
    whole stop, 0 for nothing; `masked_phone` is None without a phone.
    """

    position: int
    arrival: str
    window: tuple[str, str] | None
    numbers: tuple[str, ...]
    name: str
    address: str
    masked_phone: str | None
    amount_to_collect: int
    kind: StopKind

    def __post_init__(self) -> None:
        where = f"Stop {self.position}"
        if self.position < 1:
            raise ValueError(f"{where}: positions begin at 1.")
        words.require_time_of_day(f"{where}: the arrival", self.arrival)
        if self.window is not None:
            for time in self.window:
                words.require_time_of_day(f"{where}: the promised time", time)
            if self.window[0] >= self.window[1]:
                raise ValueError(f"{where}: the promised time {'–'.join(self.window)} ends before it begins.")
        if not self.numbers and self.kind is not StopKind.PICKUP:
            raise ValueError(f"{where}: a stop of kind {self.kind} names the items that it is for.")
        for number in self.numbers:
            words.require_number(number)
        words.require_text(f"{where}: the name", self.name, 300)
        words.require_text(f"{where}: the address", self.address, 400)
        if self.masked_phone is not None:
            words.require_masked(f"{where}: the phone", self.masked_phone)
        words.require_amount(f"{where}: the amount to collect", self.amount_to_collect)


@dataclass(frozen=True, kw_only=True)
class DeliveryList:
    """A courier's list for one day. `day` is Vietnam's; `printed_at` an instant with a zone; stops in driving order."""

    office: str
    courier: str
    day: date
    printed_at: datetime
    stops: tuple[ListStop, ...]

    def __post_init__(self) -> None:
        words.require_text("Delivery list: the office", self.office, 160)
        words.require_text("Delivery list: the courier", self.courier, 120)
        words.require_instant("Delivery list: the time of printing", self.printed_at)
        if not self.stops:
            raise ValueError(f"Delivery list of {self.courier}, {self.day}: there is no stop.")
        for before, after in zip(self.stops, self.stops[1:], strict=False):
            if after.position <= before.position:
                raise ValueError(f"Delivery list: stop {after.position} does not follow stop {before.position}.")
        words.require_different("Delivery list", [number for stop in self.stops for number in stop.numbers])

    @property
    def items(self) -> int:
        """How many envelopes the courier takes or is to fetch by name."""
        return sum(len(stop.numbers) for stop in self.stops)

    @property
    def amount_to_collect(self) -> int:
        """Whole đồng that the courier must bring back if every stop succeeds."""
        return sum(stop.amount_to_collect for stop in self.stops)


_COLUMNS = (
    Column(vi="TT", en="No.", width_mm=10, align="center"),
    Column(vi="Dự kiến", en="Planned", width_mm=28, align="center"),
    Column(vi="Công việc", en="Task", width_mm=20, align="center"),
    Column(vi="Số hiệu bưu gửi", en="Item number", width_mm=36),
    Column(vi="Người nhận, địa chỉ, điện thoại", en="Addressee, address, phone", width_mm=82),
    Column(vi="Phải thu", en="To collect", width_mm=23, align="right"),
    Column(vi="Kết quả, giờ", en="Outcome, time", width_mm=28),
    Column(vi="Người nhận ký, ghi rõ họ tên", en="Signature and full name", width_mm=46),
)


def delivery_list(delivery: DeliveryList) -> bytes:
    """The list as a PDF on A4, landscape: stops in order, totals by kind of stop, signatures of courier and clerk."""
    running = Running(
        title="Bảng kê phát BD13",
        reference=f"{delivery.courier}, {words.on_day(delivery.day)}",
        issuer=delivery.office,
    )
    story: list[Flowable] = [
        line(delivery.office, font=BOLD, size=9.5),
        *title("BẢNG KÊ PHÁT", "Delivery list", "BD13"),
        _head(delivery),
        Spacer(0, 2 * mm),
        grid(_COLUMNS, [row for stop in delivery.stops for row in _rows(stop)], least_row_mm=_ROOM_TO_SIGN_MM),
        Spacer(0, 4 * mm),
        KeepTogether([_totals(delivery), Spacer(0, 5 * mm), _signed()]),
    ]
    return sheets(story, running, across=True)


def _head(delivery: DeliveryList) -> Flowable:
    third = LANDSCAPE_WIDTH_MM / 3
    return facts(
        [
            [
                fact("Bưu tá", "Courier", delivery.courier),
                fact("Ngày phát", "Day", words.on_day(delivery.day)),
                fact("In lúc", "Printed at", words.at_moment(delivery.printed_at)),
            ],
            [
                fact("Điểm dừng", "Stops", str(len(delivery.stops))),
                fact("Bưu gửi", "Items", str(delivery.items)),
                fact("Tổng phải thu", "Total to collect", words.in_dong(delivery.amount_to_collect)),
            ],
        ],
        [third, third, third],
    )


def _rows(stop: ListStop) -> list[list[Flowable]]:
    times = [stop.arrival] if stop.window is None else [stop.arrival, f"hẹn {stop.window[0]}–{stop.window[1]}"]
    kind_vi, kind_en = _KIND_WORDS[stop.kind]
    reached = [stop.name, stop.address]
    if stop.masked_phone is not None:
        reached.append(f"ĐT: {stop.masked_phone}")
    amount = words.in_dong(stop.amount_to_collect) if stop.amount_to_collect else words.BLANK
    first: list[Flowable] = [
        line(str(stop.position), font=BOLD, align="center"),
        stacked(times, size=8, first=BOLD, align="center"),
        bilingual(kind_vi, kind_en, size=8, align="center"),
        stacked(stop.numbers[:_NUMBERS_IN_A_ROW] or ("Theo biên bản",), size=8),
        stacked(reached, size=8, first=BOLD),
        line(amount, size=8, align="right"),
        Spacer(0, 0),
        Spacer(0, 0),
    ]
    rest = range(_NUMBERS_IN_A_ROW, len(stop.numbers), _NUMBERS_IN_A_ROW)
    return [first, *(_continued(stop, stop.numbers[begin : begin + _NUMBERS_IN_A_ROW]) for begin in rest)]


def _continued(stop: ListStop, numbers: tuple[str, ...]) -> list[Flowable]:
    return [
        line(str(stop.position), font=BOLD, align="center"),
        bilingual("tiếp", "continued", size=8, font=REGULAR, align="center"),
        Spacer(0, 0),
        stacked(numbers, size=8),
        line(stop.name, size=8, font=BOLD),
        *(Spacer(0, 0) for _ in range(3)),
    ]


_TOTAL_COLUMNS = (
    Column(vi="Công việc", en="Task", width_mm=50),
    Column(vi="Điểm dừng", en="Stops", width_mm=25, align="right"),
    Column(vi="Bưu gửi", en="Items", width_mm=25, align="right"),
    Column(vi="Phải thu", en="To collect", width_mm=35, align="right"),
)


def _totals(delivery: DeliveryList) -> Flowable:
    rows = []
    for kind, (vi, en) in _KIND_WORDS.items():
        stops = [stop for stop in delivery.stops if stop.kind is kind]
        if stops:
            items = sum(len(stop.numbers) for stop in stops)
            rows.append(_total(vi, en, len(stops), items, sum(stop.amount_to_collect for stop in stops)))
    rows.append(_total("Tổng cộng", "Total", len(delivery.stops), delivery.items, delivery.amount_to_collect))
    return grid(_TOTAL_COLUMNS, rows)


def _total(vi: str, en: str, stops: int, items: int, amount: int) -> list[Flowable]:
    figures = [str(stops), str(items), words.in_dong(amount)]
    return [bilingual(vi, en, size=8), *(line(figure, size=8, align="right") for figure in figures)]


def _signed() -> Flowable:
    boxes = (
        SignatureBox(vi="Người giao (bưu cục)", en="Handed out by (clerk)"),
        SignatureBox(vi="Bưu tá nhận đi phát", en="Courier, on leaving"),
        SignatureBox(vi="Người nhận lại cuối ngày", en="Received back by (clerk)"),
    )
    return signatures(boxes, LANDSCAPE_WIDTH_MM)
