"""The end of an office's day: no envelope without a place, a name or an owner."""

import pytest
from sqlalchemy import select

from delivery import counting, incidents
from delivery.errors import NotFound
from delivery.rules.reasons import IncidentKind
from delivery.store.base import new_id
from delivery.store.offices import DayCount, Office
from delivery.store.queries.counted import Where
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import CLERK, Post
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight."""
    return Post(wiring, town, clock)


def _close(post: Post, numbers: list[str] | None) -> DayCount:
    with post.wiring.work(CLERK) as unit:
        return counting.close_day(unit, office_id=post.office, numbers=numbers)


def test_a_day_on_which_everything_lies_on_the_shelf_has_no_exceptions(post: Post) -> None:
    """The usual evening."""
    numbers = post.shelved(3)
    count = _close(post, numbers)
    assert (count.expected, count.counted, count.exceptions) == (3, 3, [])


def test_each_difference_is_named_with_who_answers_for_it(post: Post) -> None:
    """Missing and unexpected are the office's own; what is out is its courier's; what is sought is its inquirer's."""
    out = post.out(1)[0]
    shelved, missing, sought = post.shelved(3)
    with post.wiring.work(CLERK) as unit:
        incidents.open_incident(unit, number=sought, office_id=post.office, kind=IncidentKind.LOST)
        code = unit.session.get_one(Office, post.office).code
        assert {each.where for each in counting.expected(unit, post.office).elsewhere} == {
            Where.COURIER,
            Where.INQUIRY,
        }
    count = _close(post, [shelved, "no-such-number"])
    assert (count.expected, count.counted) == (4, 1)
    named = {each["number"]: (each["why"], each["owner"]) for each in count.exceptions}
    assert named == {
        out: ("with_courier", "courier:courier.sg.1"),
        sought: ("under_inquiry", f"office:{code}"),
        missing: ("missing", f"office:{code}"),
        "NO-SUCH-NUMBER": ("unknown", f"office:{code}"),
    }


def test_counting_again_on_the_same_day_replaces_the_count(post: Post) -> None:
    """The envelope that was missing lay under the printer."""
    numbers = post.shelved(2)
    assert _close(post, numbers[:1]).exceptions
    assert not _close(post, None).exceptions
    with post.wiring.work(CLERK) as unit:
        assert len(unit.session.scalars(select(DayCount)).all()) == 1


def test_an_office_that_is_none_has_no_day(post: Post) -> None:
    """A wrong address in the browser closes nothing."""
    with pytest.raises(NotFound), post.wiring.work(CLERK) as unit:
        counting.close_day(unit, office_id=new_id(), numbers=None)
