"""What stands on a citizen's page of the price is the price as it stands, not as it once was."""

from delivery.money.charging import due_at_door
from delivery.money.correcting import see_paper
from delivery.store.queries.items import locked_by_number
from tests.delivery.made_rounds import CLERK, Post
from tests.tracking.conftest import Citizen


def test_the_lines_follow_a_paper_seen_and_add_up_to_what_is_due(post: Post, citizen: Citizen) -> None:
    """Lines of yesterday beside a sum of today would look like a fraud."""
    number = post.one()
    before = citizen.page(number)
    with post.work(CLERK) as unit:
        see_paper(unit, locked_by_number(unit, number), post.wiring.books, kind="near_poor_household", login="clerk.sg")
    after = citizen.page(number)
    with post.work(CLERK) as unit:
        due = due_at_door(unit, post.item(number)).total
    assert "Hộ cận nghèo" not in before
    assert "Hộ cận nghèo" in after
    assert f"{due:,} đ".replace(",", ".") in after.replace("\N{NO-BREAK SPACE}", " ")
