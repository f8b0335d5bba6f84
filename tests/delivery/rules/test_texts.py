"""SMS: one cheap segment each, nothing private, nothing that presses; and what answers mean."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.codes import S10
from delivery.rules.texts import (
    LINK_AT_MOST,
    OFFICE_AT_MOST,
    Choice,
    Fields,
    Segments,
    Template,
    hours_told,
    parse_reply,
    plain,
    segments,
    short_office,
    write,
)

LONGEST = Fields(
    code=S10("CH167101882VN"),
    link="https://" + "x" * (LINK_AT_MOST - 8),
    office="M" * OFFICE_AT_MOST,
    day=date(2026, 12, 30),
    until=date(2026, 12, 31),
    hours=(10, 12),
)


@pytest.mark.parametrize("template", Template)
def test_every_text_at_its_longest_is_one_gsm_7_segment(template: Template) -> None:
    """A second segment doubles the bill of millions of messages (contract C24)."""
    cost = segments(write(template, LONGEST))
    assert (cost.encoding, cost.count) == ("GSM-7", 1)
    assert cost.units <= 160


@pytest.mark.parametrize("template", Template)
def test_every_text_names_the_post_the_item_and_the_link_and_does_not_press(template: Template) -> None:
    """Contract C25: swindlers press; the post's texts must be told apart from theirs."""
    text = write(template, LONGEST)
    assert text.startswith("Buu dien: ")
    assert LONGEST.code in text
    assert text.endswith(LONGEST.link)
    assert text == plain(text)
    for pressing in ("!", "khan", "gap", "lap tuc", "cuoi cung", "canh bao", "phat tien", "dong phi", "VND"):
        assert pressing not in text


@pytest.mark.parametrize("template", Template)
def test_a_text_without_a_field_that_it_needs_is_not_written(template: Template) -> None:
    """“den het ngay .” would send people to the counter on no day at all."""
    bare = Fields(code=LONGEST.code, link=LONGEST.link)
    with pytest.raises(ValueError, match="needs"):
        write(template, bare)


def test_a_text_reads_as_a_person_would_write_it() -> None:
    """One full example, so that a reviewer sees what goes out."""
    fields = replace(LONGEST, link="https://phat.example/t/abc", office="Bưu cục Bến Thành", hours=(8, 10))
    assert write(Template.OUT_FOR_DELIVERY, fields) == (
        "Buu dien: buu ta phat buu gui CH167101882VN ngay 30/12, 8h-10h. Neu vang nha, chon cach khac: "
        "https://phat.example/t/abc"
    )
    assert write(Template.READY_TO_COLLECT, fields) == (
        "Buu dien: buu gui CH167101882VN cho nhan tai Buu cuc Ben Thanh den het 31/12. Can giay to tuy than. "
        "https://phat.example/t/abc"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"link": "https://" + "x" * LINK_AT_MOST},
        {"link": "javascript:alert(1)"},
        {"link": "https://a.vn/~x"},
        {"hours": (12, 12)},
        {"hours": (20, 25)},
    ],
)
def test_fields_that_would_spoil_a_text_cannot_be_built(wrong: dict[str, object]) -> None:
    """A tilde counts double and a long link makes a second segment: better to fail before the outbox."""
    with pytest.raises(ValueError, match=r"link|Hours"):
        replace(LONGEST, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Bưu cục Bến Thành", "Buu cuc Ben Thanh"),
        ("Bưu cục Phường Tân Sơn Nhất", "BC Phuong Tan Son Nhat"),
        ("Bưu điện Đặc khu Côn Đảo", "Buu dien Dac khu Con Dao"),
        ("Bưu cục Phường Nguyễn Thị Minh Khai Đông", "BC P. Nguyen Thi Minh"),
        ("X" * 60, "X" * OFFICE_AT_MOST),
    ],
)
def test_a_long_office_name_is_shortened_the_same_way_each_time(name: str, short: str) -> None:
    """People compare the text with the sign over the door: whole words, known abbreviations."""
    assert short_office(name) == short


@given(st.text(max_size=80))
def test_any_office_name_becomes_one_that_fits(name: str) -> None:
    """The law behind the one-segment promise."""
    short = short_office(name)
    assert len(short) <= OFFICE_AT_MOST
    assert short_office(short) == short
    assert segments(short).units == len(short)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(encoding="GSM-7", units=0, count=1)),
        ("a" * 160, Segments(encoding="GSM-7", units=160, count=1)),
        ("a" * 161, Segments(encoding="GSM-7", units=161, count=2)),
        ("a" * 307, Segments(encoding="GSM-7", units=307, count=3)),
        ("€" * 80, Segments(encoding="GSM-7", units=160, count=1)),
        ("a" * 152 + "€" + "a" * 152, Segments(encoding="GSM-7", units=306, count=3)),
        ("ạ" * 70, Segments(encoding="UCS-2", units=70, count=1)),
        ("ạ" * 71, Segments(encoding="UCS-2", units=71, count=2)),
        ("😀" * 35, Segments(encoding="UCS-2", units=70, count=1)),
        ("😀" * 67, Segments(encoding="UCS-2", units=134, count=3)),
    ],
)
def test_segments_are_counted_as_the_network_counts_them(text: str, expected: Segments) -> None:
    """The desk shows the cost before sending; an escape or a surrogate pair is never cut in two."""
    assert segments(text) == expected


def test_plain_strips_every_vietnamese_letter_whether_composed_or_not() -> None:
    """Keyboards send both forms; “đ” does not decompose and needs its own rule."""
    assert (
        plain("Đường Nguyễn Trãi, phường Bến Thành – ‘đã’ gửi…") == "Duong Nguyen Trai, phuong Ben Thanh - 'da' gui..."
    )
    assert plain("ê\u0323") == plain("ệ") == "e"


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệÀÁẢÃẠĐƯỮỰ ỳýỷỹỵ", max_size=160))
def test_plain_vietnamese_is_ascii_and_as_long_as_before(text: str) -> None:
    """Field lengths can be checked on either side of it."""
    assert plain(text).isascii()
    assert len(plain(text)) == len(text)
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("reply", "choice"),
    [
        ("1", Choice.ANOTHER_DAY),
        (" 2. ", Choice.OTHER_HALF_DAY),
        ("3!", Choice.COUNTER),
        ("4", Choice.AUTHORISED_PERSON),
        ("5", Choice.ANOTHER_ADDRESS),
        ("0", Choice.STOP),
        ("stop", Choice.STOP),
        ("SAI", Choice.WRONG_PERSON),
        ("sai người", Choice.WRONG_PERSON),
        ("Sai số.", Choice.WRONG_PERSON),
        ("6", None),
        ("12", None),
        ("1 2", None),
        ("toi khong sai", None),
        ("", None),
    ],
)
def test_a_reply_is_a_choice_only_when_it_is_exactly_a_keyword(reply: str, choice: Choice | None) -> None:
    """A guess at what people mean would move their papers; what is unclear goes to a person."""
    assert parse_reply(reply) is choice


@given(st.integers(0, 24 * 3600 - 1))
def test_the_hours_told_are_two_hold_the_arrival_and_lie_within_the_day(starts: int) -> None:
    """An arrival at 23:30 is promised from 22 to 24, not to the 25th hour."""
    first, last = hours_told(starts)
    assert last - first == 2
    assert 0 <= first * 3600 <= starts < last * 3600 <= 24 * 3600
