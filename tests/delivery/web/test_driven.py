"""The drawing of driven days: read off right, whatever the days were."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from delivery.store.queries.learned import DrivenDay
from delivery.web.driven import HEIGHT, drawn

hours = st.integers(0, 16 * 3_600)


@given(st.lists(st.tuples(hours, hours, st.integers(1, 6)), min_size=1, max_size=30))
def test_every_mark_stands_where_its_time_is_on_few_lines(times: list[tuple[int, int, int]]) -> None:
    """Who reads it off must get the minutes that the table gives, on a phone too."""
    days = [
        DrivenDay(day=date(2026, 11, 1) + timedelta(n), routes=routes, stops=9, planned=planned, recorded=recorded)
        for n, (planned, recorded, routes) in enumerate(times)
    ]
    drawing = drawn(days)
    assert drawing is not None
    assert 2 <= len(drawing.lines) <= 5
    (low, bottom), (high, top) = drawing.lines[0], drawing.lines[-1]
    assert (bottom, top) == (HEIGHT, 0)
    assert [mark.x for mark in drawing.marks] == sorted(mark.x for mark in drawing.marks)
    for mark in drawing.marks:
        assert 0 <= mark.x <= 100
        for y, minutes in ((mark.planned_y, mark.planned_minutes), (mark.recorded_y, mark.recorded_minutes)):
            assert abs(high - y / HEIGHT * (high - low) - minutes) <= 0.5 + (high - low) / HEIGHT
    assert len(drawing.planned_line) == len(days) - 1


def test_without_days_nothing_is_drawn() -> None:
    """The page says so in a sentence instead."""
    assert drawn([]) is None
