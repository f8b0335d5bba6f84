"""The promise: an agency can call a result back at any time, and what was handed over before stands."""

from tests.journeys.post import Post


def _answer(post: Post, number: str) -> object:
    return post.agency.post(f"/api/v1/items/{number}:recall").wanted(200).json()["answer"]


def test_a_recall_while_out_for_delivery_blocks_the_hand_over_and_brings_the_item_back(post: Post) -> None:
    """An identity card with a wrong name must not be handed over because the courier had left already."""
    number = post.hand_over()
    post.carry_to_delivery_office(number)
    route = post.plan()
    (stop,) = post.take(route)
    post.at(9)
    assert _answer(post, number) == "pending"

    post.at(10)
    refused = post.report(stop, number, "delivered")
    assert refused.status == 409
    assert post.state(number) == "out_for_delivery"

    post.bring_back(route, number)
    assert post.state(number) == "returning"
    assert "item.recall_requested" in post.feed(number)
    post.chain_is_whole(number)


def test_a_hand_over_before_the_recall_stands(post: Post) -> None:
    """The phone was offline: what happened at nine is not undone by a recall at ten."""
    number = post.hand_over()
    post.carry_to_delivery_office(number)
    (stop,) = post.take(post.plan())
    post.at(9)
    handed_over = post.clock.at.isoformat()
    post.at(10)
    assert _answer(post, number) == "pending"
    post.at(11)
    post.report(stop, number, "delivered", occurred_at=handed_over).wanted(303)
    assert post.state(number) == "delivered"


def test_a_recall_before_acceptance_cancels_and_after_delivery_is_too_late(post: Post) -> None:
    """Each answer says plainly what happens now."""
    number = post.hand_over()
    assert _answer(post, number) == "cancelled"
    assert post.state(number) == "cancelled"
    other = post.hand_over("A-2")
    post.carry_to_delivery_office(other)
    post.visit(other, "delivered", hour=9)
    assert _answer(post, other) == "too_late"
