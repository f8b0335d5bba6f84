"""How names are folded and compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.wording import fold, key, numeral, one_slip, split_kind, tidy, toned, without_keystrokes


@given(st.text(max_size=40))
def test_folding_keeps_every_position(text: str) -> None:
    """House and street are cut out of the original at positions found in the folded text."""
    tidied = tidy(text)
    assert len(fold(tidied)) == len(tidied)


@pytest.mark.parametrize("written", ["Bến Nghé", "ben nghe", "BẾN-NGHÉ", "Bến  Nghé", "Bê\u0301n Nghe\u0301"])
def test_one_name_has_one_key_however_it_is_written(written: str) -> None:
    """Marks, case and dashes are what people leave out."""
    assert key(written) == "bennghe"


def test_tones_are_compared_wherever_they_are_set() -> None:
    """Hoà and Hòa are one spelling, Hoa is another word; Mỹ and Mĩ are one."""
    assert toned("Hoà Bình") == toned("Hòa Bình") != toned("Hoa Bình")
    assert toned("Mỹ Tho") == toned("Mĩ Tho")


def test_the_kind_is_split_from_the_name() -> None:
    """Only a kind at the start, followed by a name, is one."""
    assert split_kind("Thị trấn Tân Túc") == ("tt", "Tân Túc")
    assert split_kind("Quan Hóa") == ("", "Quan Hóa")


@pytest.mark.parametrize(
    ("words", "number"),
    [(("7",), 7), (("bay",), 7), (("muoi", "mot"), 11), (("iv",), 4), (("dinh",), None), (("2026",), None)],
)
def test_numbers_are_read_in_figures_words_and_roman(words: tuple[str, ...], number: int | None) -> None:
    """Quận 3, Quận Ba and Quận III are one."""
    assert numeral(words) == number


@given(st.text("abc", min_size=1, max_size=8), st.integers(0, 7), st.sampled_from("abcx"))
def test_one_letter_changed_added_or_dropped_is_one_slip(name: str, at: int, letter: str) -> None:
    """What the index of slips offers is checked by this alone."""
    at = min(at, len(name) - 1)
    assert one_slip(name, name[:at] + letter + name[at + 1 :])
    assert one_slip(name, name[:at] + letter + name[at:])
    assert one_slip(name, name[:at] + name[at + 1 :])
    assert one_slip(name, name[:at] + name[at : at + 2][::-1] + name[at + 2 :])


def test_two_slips_are_not_one() -> None:
    """Two wrong letters are another name."""
    assert not one_slip("bennghe", "bannghi")
    assert not one_slip("ab", "abcd")


def test_telex_and_vni_keystrokes_are_taken_out() -> None:
    """A form filled in without an input method still names a place."""
    assert without_keystrokes("phuowfng beens nghes quaajn 1") == "phuong ben nghe quan 1"
    assert without_keystrokes("phu7o7ng2 be6n1 nghe1 q.1") == "phuong ben nghe q.1"
