"""The promise: a result handed over in the morning is in its owner's hands the next day, and everybody can see it."""

from tests.journeys.post import Post


def test_a_result_is_delivered_at_the_first_visit(post: Post) -> None:
    """From the agency's program to the addressee's hands, with a price, texts, a feed and a chain that verifies."""
    number = post.hand_over()
    assert post.state(number) == "registered"
    price = post.seen_by_agency(number)["price"]
    assert isinstance(price, dict)
    assert sum(line["gross"] for line in price["lines"]) == price["gross"] > 0

    post.carry_to_delivery_office(number)
    assert post.state(number) == "at_office"
    assert len(post.texts()) == 1

    route = post.plan()
    (stop,) = post.take(route)
    post.tick()
    assert post.state(number) == "out_for_delivery"
    assert len(post.texts()) == 2

    post.at(9, 30)
    post.report(stop, number, "delivered").wanted(303)
    post.tick()
    assert post.state(number) == "delivered"
    assert len(post.texts()) == 3
    assert all(text.isascii() and len(text) <= 160 for text in post.texts())
    assert "Bưu gửi đã được giao." in post.page()
    assert post.feed(number) == [
        "item.registered",
        "item.accepted",
        "item.departed",
        "item.at_delivery_office",
        "item.out_for_delivery",
        "item.delivered",
    ]
    post.chain_is_whole(number)


def test_a_report_sent_twice_acts_once(post: Post) -> None:
    """A phone in a lift sends again; the citizen must not get two texts, nor pay twice."""
    number = post.hand_over()
    post.carry_to_delivery_office(number)
    (stop,) = post.take(post.plan())
    post.at(9, 30)
    post.report(stop, number, "delivered").wanted(303)
    post.report(stop, number, "delivered").wanted(303, 409)
    post.tick()
    assert post.feed(number).count("item.delivered") == 1
    assert len(post.texts()) == 3
