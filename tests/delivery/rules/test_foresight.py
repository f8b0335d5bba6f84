"""The scorecard: explainable to the point, never punishing what is better, honest when held against what happened."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.rules.foresight import (
    BASE,
    TABLE,
    Advice,
    Detail,
    Facts,
    Heard,
    Phone,
    Receivers,
    Reply,
    Sign,
    calibrate,
    drawing,
    foresee,
    likelihood_of,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "foresight.md"
COUNT = st.integers(0, 5)
HEARD = st.builds(Heard, arrived=st.booleans(), days=st.integers(0, 400))
# The best first, as the enums list them.
DETAILS, PHONES, RECEIVERS, REPLIES = list(Detail), list(Phone), list(Receivers), list(Reply)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Anything that may be known of an item."""
    return Facts(
        by_person=draw(st.booleans()),
        confidence=draw(st.floats(0, 1)),
        in_doubt=draw(st.booleans()),
        detail=draw(st.sampled_from(DETAILS)),
        located=draw(st.booleans()),
        phone=draw(st.sampled_from(PHONES)),
        heard=draw(st.none() | HEARD),
        identity_paper=draw(st.booleans()),
        receivers=draw(st.sampled_from(RECEIVERS)),
        delivered_here=draw(COUNT),
        returned_here=draw(COUNT),
        calls_in_vain=draw(COUNT),
        failed_visits=draw(COUNT),
        reply=draw(st.sampled_from(REPLIES)),
    )


def _fresher(heard: Heard | None, days: int) -> list[Heard | None]:
    """Better news of the phone."""
    if heard is None:
        return [Heard(arrived=True, days=days)]
    if heard.arrived:
        return [replace(heard, days=min(days, heard.days))]
    return [replace(heard, days=max(days, heard.days)), None, Heard(arrived=True, days=days)]


def _better(known: Facts, draw: st.DataObject) -> list[Facts]:
    """The same item, each time with one fact that is better or as good."""
    return [
        replace(known, by_person=True),
        replace(known, confidence=draw.draw(st.floats(known.confidence or 0, 1))),
        replace(known, in_doubt=False),
        *(replace(known, detail=each) for each in DETAILS[: DETAILS.index(known.detail)]),
        replace(known, located=True),
        *(replace(known, phone=each) for each in PHONES[: PHONES.index(known.phone)]),
        *(replace(known, heard=each) for each in _fresher(known.heard, draw.draw(st.integers(0, 400)))),
        replace(known, identity_paper=False),
        *(replace(known, receivers=each) for each in RECEIVERS[: RECEIVERS.index(known.receivers)]),
        replace(known, delivered_here=known.delivered_here + 1),
        replace(known, returned_here=max(known.returned_here - 1, 0)),
        replace(known, calls_in_vain=max(known.calls_in_vain - 1, 0)),
        replace(known, failed_visits=max(known.failed_visits - 1, 0)),
        *(replace(known, reply=each) for each in REPLIES[: REPLIES.index(known.reply)]),
    ]


@settings(max_examples=60)
@given(known=facts(), data=st.data())
def test_a_better_fact_never_lowers_the_likelihood(known: Facts, data: st.DataObject) -> None:
    """Nobody must gain by leaving a phone number or a house number out."""
    now = foresee(known).likelihood
    for better in _better(known, data):
        assert foresee(better).likelihood >= now


@settings(max_examples=60)
@given(known=facts())
def test_the_reasons_add_up_and_the_worst_stands_first(known: Facts) -> None:
    """A clerk who asks why gets the whole answer, each sign once."""
    forecast = foresee(known)
    points = [reason.points for reason in forecast.reasons]
    assert 0 < forecast.likelihood < 1
    assert forecast.score == BASE + sum(points)
    assert points == sorted(points)
    assert len({reason.sign for reason in forecast.reasons}) == len(points)
    if forecast.advice is Advice.ASK:
        assert known.phone is Phone.MOBILE


def test_twenty_points_double_the_odds() -> None:
    """The one sentence that makes the table readable."""
    assert likelihood_of(0) == 0.5
    assert likelihood_of(20) == pytest.approx(2 / 3)
    assert likelihood_of(BASE) == 0.8


def test_the_worked_example_of_the_docs() -> None:
    """What the page reckons by hand, the scorecard reckons too."""
    forecast = foresee(
        Facts(
            detail=Detail.HAMLET,
            heard=Heard(arrived=False, days=5),
            identity_paper=True,
            receivers=Receivers.ADDRESSEE,
            delivered_here=1,
        )
    )
    assert [(reason.sign, reason.points) for reason in forecast.reasons] == [
        (Sign.TEXT_FAILED, -15),
        (Sign.ADDRESSEE_ONLY, -12),
        (Sign.HAMLET_ONLY, -6),
        (Sign.IDENTITY_PAPER, -6),
        (Sign.DELIVERED_HERE, 12),
    ]
    assert (forecast.score, forecast.advice) == (13, Advice.ASK)
    assert f"{forecast.likelihood:.0%}" == "61%"
    assert "40 − 15 − 12 − 6 − 6 + 12 = 13" in PAGE.read_text(encoding="utf-8")
    assert "61 %" in PAGE.read_text(encoding="utf-8")


def test_the_table_in_the_docs_is_the_scorecard() -> None:
    """Points that changed in one place only would explain nothing."""
    assert drawing() in PAGE.read_text(encoding="utf-8")
    assert set(TABLE) == set(Sign)


@pytest.mark.parametrize(
    ("known", "advice"),
    [
        (Facts(), Advice.GO),
        (Facts(phone=Phone.MISSING), Advice.GO),
        (Facts(detail=Detail.NOTHING), Advice.ASK),
        (Facts(detail=Detail.NOTHING, phone=Phone.CALL_ONLY), Advice.REVIEW),
        (Facts(detail=Detail.NOTHING, in_doubt=True), Advice.REVIEW),
        (Facts(detail=Detail.NOTHING, in_doubt=True, reply=Reply.AGREED), Advice.ASK),
    ],
)  # fmt: skip
def test_who_can_be_asked_is_asked_and_the_rest_is_for_a_person(known: Facts, advice: Advice) -> None:
    """A text costs less than a trip, and a person's look less than a return."""
    assert foresee(known).advice is advice


def test_a_forecast_is_judged_beside_what_the_base_rate_would_have_scored() -> None:
    """Eight of ten delivered: who says 80 % of everything is never far off, and knows nothing."""
    told = [(0.9, True)] * 8 + [(0.2, False)] * 2
    judged = calibrate(told)
    assert judged is not None
    assert judged.base_rate == 0.8
    assert judged.base_brier == pytest.approx(0.16)
    assert judged.brier == pytest.approx(0.016)
    assert sum(each.count for each in judged.bins) == judged.count == 10
    filled = [(each.count, each.delivered) for each in judged.bins if each.count]
    assert filled == [(2, 0.0), (8, 1.0)]
    assert calibrate([]) is None
    certain = calibrate([(1.0, True)])
    assert certain is not None
    assert certain.bins[-1].count == 1


@pytest.mark.parametrize("wrong", [{"confidence": 1.2}, {"delivered_here": -1}, {"failed_visits": -2}])
def test_facts_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    """A slip in a query must not become a likelihood."""
    with pytest.raises(ValueError, match=r"confidence|counts"):
        Facts(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="future"):
        Heard(arrived=True, days=-1)
