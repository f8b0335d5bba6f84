"""BD13, the courier's list."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from delivery.paper.lists import DeliveryList, ListStop, StopKind, delivery_list
from delivery.rules.codes import make_s10
from tests.delivery.paper.reading import read

STOP = ListStop(
    position=1,
    arrival="08:05",
    window=("08:00", "10:00"),
    numbers=("CH167101882VN",),
    name="Nguyễn Thị Thu Hằng",
    address="12/5 Đường Nguyễn Văn Trỗi, Khu phố 3, Phường Phú Nhuận, Thành phố Hồ Chí Minh",
    masked_phone="09xx xxx 567",
    amount_to_collect=30_000,
    kind=StopKind.DELIVERY,
)
PICKUP = ListStop(
    position=2,
    arrival="10:30",
    window=None,
    numbers=(),
    name="Bộ phận Một cửa Phường Phú Nhuận",
    address="159 Đường Nguyễn Văn Trỗi, Phường Phú Nhuận",
    masked_phone=None,
    amount_to_collect=0,
    kind=StopKind.PICKUP,
)


def a_list(*stops: ListStop) -> DeliveryList:
    return DeliveryList(
        office="Bưu cục Phú Nhuận",
        courier="Lê Văn Tám",
        day=date(2026, 3, 10),
        printed_at=datetime(2026, 3, 9, 18, 30, tzinfo=UTC),
        stops=stops,
    )


def many(count: int) -> tuple[ListStop, ...]:
    return tuple(
        replace(STOP, position=n, numbers=(make_s10("CH", 2 * n), make_s10("CH", 2 * n + 1)))
        for n in range(1, count + 1)
    )


def test_the_list_says_for_each_stop_when_who_where_and_how_much() -> None:
    """It is all that the courier has when the phone is flat."""
    sheets = read(delivery_list(a_list(STOP, PICKUP)))
    for words in (
        "BẢNG KÊ PHÁT",
        "Delivery list",
        "BD13",
        "Lê Văn Tám",
        "10/03/2026",
        "01:30 10/03/2026",
        "08:05",
        "hẹn 08:00–10:00",
        "CH167101882VN",
        STOP.name,
        STOP.address,
        "09xx xxx 567",
        "30.000 đ",
        "Nhận gửi",
        "Theo biên bản",
        "Signature and full name",
    ):
        assert words in sheets, words


def test_totals_add_up_over_all_stops() -> None:
    """The clerk counts the courier's money against this line in the evening."""
    back = replace(STOP, position=3, numbers=("RB123456785VN",), kind=StopKind.RETURN, amount_to_collect=12_000)
    listed = a_list(STOP, PICKUP, back)
    assert (listed.items, listed.amount_to_collect) == (2, 42_000)
    sheets = read(delivery_list(listed))
    assert "Tổng cộng Total 3 2 42.000 đ" in sheets
    assert "Chuyển hoàn Return 1 1 12.000 đ" in sheets


def test_three_hundred_stops_keep_heading_and_page_number_on_every_sheet() -> None:
    """A sheet that falls from the bag must say whose it was and which it was."""
    sheets = read(delivery_list(a_list(*many(300))))
    total = len(sheets.texts)
    assert 20 <= total <= 40
    for number, text in enumerate(sheets.texts, start=1):
        assert f"Trang {number}/{total}" in text
        assert "Số hiệu bưu gửi" in text
        assert "Lê Văn Tám" in text
    assert sheets.strays(margin=15) == []
    assert make_s10("CH", 601) in sheets


def test_the_longest_stop_wraps_and_stays_on_the_sheet() -> None:
    """A household with twenty results in a long alley still fits its row."""
    longest = replace(
        STOP,
        numbers=tuple(make_s10("CH", n) for n in range(20)),
        name="Ộ" * 300,
        address=("Số nhà 123/45/67 Hẻm Nguyễn Thiện Thuật kéo dài, Tổ dân phố 17, Ấp Bình Hưng Hòa A, " * 5)[:400],
        amount_to_collect=999_999_999,
    )
    sheets = read(delivery_list(a_list(longest, PICKUP)))
    assert sheets.strays(margin=15) == []
    for words in (longest.name, longest.address, "999.999.999 đ"):
        assert words in sheets, words


def test_a_stop_with_a_hundred_items_goes_on_over_several_rows() -> None:
    """An agency's returns of a month are one stop; none of their numbers may fall off the sheet."""
    numbers = tuple(make_s10("CH", n) for n in range(100))
    sheets = read(delivery_list(a_list(replace(STOP, numbers=numbers, kind=StopKind.RETURN))))
    assert [number for number in numbers if number not in sheets] == []
    assert "tiếp" in sheets
    assert sheets.strays(margin=15) == []


def test_the_same_list_gives_the_same_bytes() -> None:
    """A reprint can be compared with what the courier signed."""
    assert delivery_list(a_list(STOP, PICKUP)) == delivery_list(a_list(STOP, PICKUP))


def test_nonsense_is_refused_with_the_stop_that_it_is_at() -> None:
    """A dispatcher has to find the wrong row among a hundred."""
    with pytest.raises(ValueError, match="Stop 1: the arrival"):
        replace(STOP, arrival="25:00")
    with pytest.raises(ValueError, match="Stop 1: the promised time 10:00–08:00 ends before it begins"):
        replace(STOP, window=("10:00", "08:00"))
    with pytest.raises(ValueError, match=r"Stop 1.*names the items"):
        replace(STOP, numbers=())
    with pytest.raises(ValueError, match="stop 1 does not follow stop 2"):
        a_list(PICKUP, STOP)
    with pytest.raises(ValueError, match="CH167101882VN twice"):
        a_list(STOP, replace(STOP, position=2))
    with pytest.raises(ValueError, match="no stop"):
        a_list()
    with pytest.raises(ValueError, match="no time zone"):
        replace(a_list(STOP), printed_at=datetime(2026, 3, 9, 18, 30))  # noqa: DTZ001 - the fault under test
