"""The promise: nothing goes back before its addressee was invited as the law asks, and the agency signs for it."""

from datetime import date

from sqlalchemy import select

from delivery.rules.calendar import WorkingCalendar
from delivery.store.attempts import Invitation
from tests.journeys.post import Post


def test_two_invitations_two_working_days_apart_then_returned_and_signed_for(post: Post) -> None:
    """Postal Law 2010 art. 17(1): invited at least twice, each time at least two working days apart."""
    number = post.hand_over()
    post.carry_to_delivery_office(number)
    post.bring_back(post.visit(number, "NOT_HOME", hour=9), number)
    post.next_working_day(7, 30)
    post.bring_back(post.visit(number, "NOT_HOME", hour=15), number)
    assert post.state(number) == "held"

    days = 0
    while post.state(number) == "held":
        post.next_working_day(9)
        days += 1
        assert days < 20
    assert post.state(number) == "returning"
    first, second = _invited(post)
    assert WorkingCalendar().between(first, second) >= 2
    assert days >= 10, "the policy's hold days are over"

    post.desk("td", "/bags", to="all")
    post.next_working_day(8)
    assert post.open_bags("sg") == 1
    assert post.state(number) == "returning"
    post.desk("sg", "/returns", point="H29/P1")

    manifests = post.agency.get("/api/v1/returns").wanted(200).json()["items"]
    assert isinstance(manifests, list)
    (manifest,) = manifests
    post.agency.post(f"/api/v1/returns/{manifest['manifest']}:sign", {}).wanted(200)
    post.tick()
    assert post.state(number) == "returned"
    assert "invitation.sent" in post.feed(number)
    assert post.feed(number)[-1] == "item.returned"
    proof = post.staff("clerk.td").get(f"/desk/items/{number}/proof.pdf").wanted(200)
    assert proof.body.startswith(b"%PDF")
    post.chain_is_whole(number)


def _invited(post: Post) -> tuple[date, date]:
    with post.wiring.work("job:test") as unit:
        invitations = list(unit.session.scalars(select(Invitation).order_by(Invitation.number)))
        assert all(invitation.proved_at for invitation in invitations)
        return invitations[0].day, invitations[1].day
