"""The timeline as an addressee reads it, from events as values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.reasons import Action, Reason
from delivery.rules.states import Happening, State
from tracking.timeline import Happened, Value, entries

MORNING = datetime(2026, 11, 30, 1, 30, tzinfo=UTC)
UNTOLD = (Happening.INVITATION_SENT, Happening.COLLECTION_EXPIRED)


def happened(
    kind: Happening,
    *,
    seq: int = 1,
    at: datetime = MORNING,
    state: State = State.OUT_FOR_DELIVERY,
    place: str | None = None,
    **data: Value,
) -> Happened:
    """An event as the log holds it."""
    return Happened(seq=seq, kind=kind, state=state, at=at, place=place, data=data)


def failed(reason: Reason, action: Action, *, counts: bool = True, kind: str = "visit") -> Happened:
    """A failed attempt."""
    data: dict[str, Value] = {"kind": kind, "reason": str(reason), "action": str(action), "counts": counts}
    return Happened(seq=1, kind=Happening.ATTEMPT_FAILED, state=State.OUT_FOR_DELIVERY, at=MORNING, data=data)


@given(st.lists(st.tuples(st.integers(0, 500), st.sampled_from(list(Happening))), unique_by=lambda pair: pair[0]))
def test_lines_stand_in_the_order_of_happening_whatever_the_order_of_recording(
    drawn: list[tuple[int, Happening]],
) -> None:
    """A phone without network reports its morning in the evening; a citizen reads a day, not a log."""
    events = [
        happened(kind, seq=seq, at=MORNING + timedelta(minutes=minutes)) for seq, (minutes, kind) in enumerate(drawn, 1)
    ]
    told = [entry.at for entry in entries(events)]
    assert told == sorted(told)


def test_hours_are_vietnams() -> None:
    """01:30 UTC is half past eight for whoever waits in Saigon."""
    (entry,) = entries([happened(Happening.OUT_FOR_DELIVERY, place="Bưu cục Phường Sài Gòn")])
    assert f"{entry.at:%H:%M}" == "08:30"
    assert entry.place == "Bưu cục Phường Sài Gòn"


@pytest.mark.parametrize("kind", UNTOLD)
def test_what_has_no_public_state_is_left_out(kind: Happening) -> None:
    """Invitations have their own list; a clerk's bookkeeping is nobody's news."""
    assert entries([happened(kind)]) == ()


@pytest.mark.parametrize("kind", [kind for kind in Happening if kind not in UNTOLD])
def test_every_other_event_has_words_in_both_languages(kind: Happening) -> None:
    """A new kind of event must not vanish from the page."""
    (entry,) = entries([happened(kind)])
    assert entry.title.vi
    assert entry.title.en
    assert entry.title.vi != entry.title.en


def test_a_failed_visit_says_why_and_what_follows() -> None:
    """Not being told what comes next is what makes people queue at the counter."""
    (entry,) = entries([failed(Reason.NOT_HOME, Action.REATTEMPT)])
    assert entry.bad
    assert entry.detail is not None
    assert entry.detail.vi == "Người nhận vắng nhà. Bưu điện sẽ phát lại."


def test_a_visit_that_the_carrier_failed_says_that_it_does_not_count() -> None:
    """Only two visits are had: a courier who ran out of time must not use one up."""
    (entry,) = entries([failed(Reason.NOT_ENOUGH_TIME, Action.REATTEMPT, counts=False)])
    assert entry.detail is not None
    assert "không tính" in entry.detail.vi


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("action", list(Action))
def test_every_reason_with_every_action_is_told(reason: Reason, action: Action) -> None:
    """A policy may let anything follow any reason."""
    (entry,) = entries([failed(reason, action)])
    assert entry.detail is not None


def test_a_call_that_nobody_answered_is_no_visit() -> None:
    """“Delivery failed” for a call would read as a visit that never was."""
    (entry,) = entries([failed(Reason.NO_ANSWER, Action.REATTEMPT, kind="contact")])
    assert entry.title.vi == "Chưa liên lạc được với bạn"


def test_a_reason_from_a_later_version_is_left_out_not_a_broken_page() -> None:
    """Old pages meet new events while versions change."""
    (entry,) = entries([happened(Happening.ATTEMPT_FAILED, reason="eaten_by_goat", action="reattempt")])
    assert entry.detail is None


def test_an_agreed_day_is_told_with_its_half() -> None:
    """The promise in words, as it was made."""
    (entry,) = entries(
        [happened(Happening.RESCHEDULED, what="later", day="2026-12-01", half_day="morning", via="page")]
    )
    assert entry.title.vi == "Đã hẹn ngày phát khác"
    assert entry.detail is not None
    assert entry.detail.vi == "Phát thứ ba 01/12/2026 buổi sáng."
    assert entry.detail.en == "Delivery on Tuesday 01/12/2026 in the morning."


def test_legs_of_a_return_say_that_it_goes_back() -> None:
    """“Arrived at the post office” would let people hope."""
    (entry,) = entries([happened(Happening.DEPARTED, state=State.RETURNING)])
    assert "về cơ quan" in entry.title.vi
