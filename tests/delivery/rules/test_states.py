"""The table of moves says what domain.md says, and nothing gets around it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.errors import Refused
from delivery.rules.states import FINAL, MOVES, WORDS_EN, WORDS_VI, Happening, State, check_move, drawing, targets

STATES_PAGE = Path(__file__).resolve().parents[3] / "docs" / "states.md"


def test_final_states_are_left_only_by_a_correction() -> None:
    """Reports of couriers and providers never reopen what ended."""
    for state in FINAL:
        leaving = [happening for happening in Happening if targets(state, happening)]
        assert leaving == [Happening.CORRECTED]
        assert targets(state, Happening.CORRECTED) == (State.UNDER_INQUIRY,)


def test_only_a_registered_item_is_cancelled() -> None:
    """Once the post has the envelope it comes back as a return, with proof."""
    assert list(MOVES[Happening.CANCELLED]) == [State.REGISTERED]


def test_an_incident_may_be_opened_wherever_an_envelope_may_be() -> None:
    """Loss and damage happen anywhere."""
    assert set(MOVES[Happening.INCIDENT_OPENED]) == set(State) - FINAL - {State.UNDER_INQUIRY}


def test_a_failed_attempt_leaves_the_envelope_with_the_courier() -> None:
    """Only the clerk's scan in the evening takes it back."""
    assert targets(State.OUT_FOR_DELIVERY, Happening.ATTEMPT_FAILED) == (State.OUT_FOR_DELIVERY,)
    assert targets(State.OUT_FOR_DELIVERY, Happening.BACK_AT_OFFICE) == (State.AT_OFFICE, State.HELD)


def test_every_state_is_reached_and_every_open_one_left() -> None:
    """A state without a way in is dead, one without a way out loses items."""
    reached = {end for row in MOVES.values() for ends in row.values() for end in ends} | {State.REGISTERED}
    assert reached == set(State)
    for state in set(State) - FINAL:
        assert any(end is not state for row in MOVES.values() for end in row.get(state, ()))


@given(st.sampled_from(State), st.sampled_from(Happening), st.none() | st.sampled_from(State))
def test_a_move_leads_where_the_table_says_or_is_refused_in_words(
    state: State, happening: Happening, to: State | None
) -> None:
    """Never "invalid state": the refusal names the item and how it stands."""
    allowed = targets(state, happening)
    if to in allowed or (to is None and len(allowed) == 1):
        assert check_move("RD000000015VN", state, happening, to) in allowed
    elif to is None and allowed:
        with pytest.raises(ValueError, match="say which"):
            check_move("RD000000015VN", state, happening)
    else:
        with pytest.raises(Refused, match="RD000000015VN") as refused:
            check_move("RD000000015VN", state, happening, to)
        assert WORDS_EN[state] in refused.value.en
        assert WORDS_VI[state] in refused.value.vi


def test_the_drawing_in_the_docs_is_the_table() -> None:
    """docs/states.md is generated."""
    assert drawing() in STATES_PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [WORDS_VI, WORDS_EN])
def test_every_state_has_words(words: dict[State, str]) -> None:
    """People read words, not codes."""
    assert set(words) == set(State)
    assert len(set(words.values())) == len(State)
