"""The promise: two visits in opposite halves of the day, then the counter, where the addressee collects."""

import re
from datetime import timedelta

from sqlalchemy import select

from delivery.rules.calendar import vietnam_time
from delivery.store.attempts import Attempt
from tests.journeys.post import Post


def test_two_visits_in_opposite_half_days_then_collected_at_the_counter(post: Post) -> None:
    """Nobody who is at work each morning is visited on two mornings (domain.md §4)."""
    number = post.hand_over()
    post.carry_to_delivery_office(number)

    first = post.visit(number, "NOT_HOME", hour=9)
    assert post.state(number) == "out_for_delivery", "the envelope is still with the courier"
    post.bring_back(first, number)
    assert post.state(number) == "at_office"

    post.next_working_day(7, 30)
    second = post.visit(number, "NOT_HOME", hour=15)
    post.bring_back(second, number)
    assert post.state(number) == "held"
    visits = _visits(post)
    assert [visit.half_day for visit in visits] == ["morning", "afternoon"]
    assert all(visit.counts for visit in visits)
    assert visits[1].occurred_at - visits[0].occurred_at >= timedelta(hours=3)

    assert "Sẵn sàng nhận tại quầy" in post.page()
    post.next_working_day(10)
    answer = post.staff("clerk.td").post(
        f"/desk/counter/{number}/collect",
        [("receiver", "addressee"), ("proof", "identity"), ("proof", "signature"), ("paid", "cash")],
    )
    answer.wanted(303)
    post.tick()
    assert post.state(number) == "delivered"
    assert post.feed(number).count("attempt.failed") == 2
    post.chain_is_whole(number)


def test_the_second_visit_is_planned_for_the_other_half_day(post: Post) -> None:
    """After a morning in vain the plan itself may not send the courier in the morning."""
    number = post.hand_over()
    post.carry_to_delivery_office(number)
    post.bring_back(post.visit(number, "NOT_HOME", hour=9), number)
    post.next_working_day(7, 30)
    route = post.plan()
    shown = post.staff("courier.td.1").get(f"/courier/routes/{route}").wanted(200).text
    hours = [int(hour) for hour in re.findall(r'class="at">(\d\d):', shown)]
    assert len(hours) >= 1
    assert all(hour >= 12 for hour in hours)


def _visits(post: Post) -> list[Attempt]:
    with post.wiring.work("job:test") as unit:
        found = list(unit.session.scalars(select(Attempt).order_by(Attempt.seq)))
        assert all(vietnam_time(visit.occurred_at).weekday() < 5 for visit in found)
        return found
