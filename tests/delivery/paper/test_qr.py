"""QR codes as pictures: what a phone reads from them, what a screen reader says of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.paper.qr import QUIET, picture
from delivery.rules.vietqr import Account, payload
from tests.delivery.paper.qr_reader import SVG, drawn, parsed, text_of

ACCOUNT = Account(bin="970403", number="0011012345678", holder="BUU DIEN THU NGHIEM")


@settings(max_examples=25, deadline=None)
@given(amount=st.integers(1, 99_999_999), reference=st.from_regex(r"[A-Z]{2}[0-9]{9}VN", fullmatch=True))
def test_what_is_drawn_is_read_back(amount: int, reference: str) -> None:
    """From the very paths of the picture, with its quiet zone empty and its error level M."""
    text = payload(ACCOUNT, amount, reference)
    assert text_of(drawn(picture(text, title="Mã"), QUIET)) == text


def test_small_letters_and_long_accounts_are_read_back_too() -> None:
    """Another alphabet, and the next size of code."""
    longest = payload(Account(bin="970403", number="1" * 19, holder="X"), 999_999_999_999, "A" * 25)
    for text in ("https://example.vn/t/abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFGH", longest):
        assert text_of(drawn(picture(text, title="Mã"), QUIET)) == text


def test_a_picture_is_named_small_and_without_a_size_of_its_own() -> None:
    """It goes over mobile data, grows to its page, and tells who cannot see it what it is."""
    svg = picture(payload(ACCOUNT, 53_760, "RR123456785VN"), title='Mã <của> "bưu gửi"')
    root = parsed(svg)
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == 'Mã <của> "bưu gửi"'
    assert "width" not in root.attrib
    assert len(svg.encode()) < 8_000
    assert "style" not in svg
    assert "<script" not in svg


def test_the_quiet_zone_is_white_on_any_page() -> None:
    """A dark page would swallow the frame that a camera looks for."""
    root = parsed(picture("A" * 80, title="Mã"))
    ground = next(each for each in root.iter(f"{SVG}path") if each.get("fill"))
    assert ground.get("fill") == "#fff"
    whole = root.attrib["viewBox"].split()[2]
    assert ground.attrib["d"] == f"M0 0h{whole}v{whole}h-{whole}z"


def test_what_fits_no_code_is_refused() -> None:
    """Nothing that the post prints comes near; a mistake must not become half a code."""
    with pytest.raises(ValueError, match="too large"):
        picture("A" * 8_000, title="Mã")
