"""The demo's stories: every reason and every way out in each demo, most results delivered at once."""

import random

import pytest

from delivery.rules.reasons import Reason
from demo.fates import DELIVERED, ONCE_EACH, Choice, Mender, Recall, Story, reasons_of, stories


@pytest.mark.parametrize("items", [50, 1500])
def test_every_reason_of_the_domain_occurs_in_every_demo(items: int) -> None:
    """The issue asks for failures of every reason, however small the demo is."""
    assert reasons_of(stories(items, random.Random(items))) == {str(reason) for reason in Reason}


def test_every_choice_recall_and_mender_occurs_in_the_smallest_demo() -> None:
    """Whoever plays fifty results sees all that the post can do."""
    told = stories(50, random.Random(50))
    assert {story.choice for story in told} >= set(Choice)
    assert {story.recall for story in told} >= set(Recall)
    assert {story.mender for story in told} >= set(Mender)


def test_about_four_fifths_are_delivered_at_the_first_visit() -> None:
    """The figures at the end should look like a post office's, not like a test's."""
    told = stories(6000, random.Random(1))
    at_once = sum(story.visits[0] == DELIVERED and story.choice is not Choice.COUNTER for story in told)
    assert 0.78 < at_once / len(told) < 0.9


def test_the_last_outcome_of_a_story_repeats() -> None:
    """Who is never at home is not at home on the fourth visit either."""
    story = Story(visits=("NOT_HOME", "NO_ACCESS"))
    assert [story.visit(number) for number in (1, 2, 3)] == ["NOT_HOME", "NO_ACCESS", "NO_ACCESS"]


@pytest.mark.parametrize(
    "wrong", [{"visits": ("AWAY",)}, {"visits": ()}, {"contact": "REFUSED"}, {"incident": "NOT_HOME"}]
)
def test_a_story_that_cannot_be_told_is_refused(wrong: dict[str, object]) -> None:
    """A slip in the script must not become a visit that no courier can report."""
    with pytest.raises(ValueError, match=r"known are|one visit"):
        Story(**wrong)  # type: ignore[arg-type]


def test_too_few_results_for_every_story_are_refused() -> None:
    """Leaving stories out silently would make the demo show less than it says."""
    with pytest.raises(ValueError, match="cannot be told"):
        stories(len(ONCE_EACH) - 1, random.Random(1))
