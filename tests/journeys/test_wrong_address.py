"""The promise: a result with a wrong address waits for the agency's correction and then reaches its owner."""

from tests.journeys.post import ADDRESS, Post


def test_a_wrong_address_found_at_the_door_is_corrected_by_the_agency(post: Post) -> None:
    """35,326 identity cards of one province had nobody to ask; here the agency answers by API."""
    number = post.hand_over(address="999 Trần Quang Khải, Phường Tân Định, Thành phố Hồ Chí Minh")
    post.carry_to_delivery_office(number)
    post.bring_back(post.visit(number, "ADDRESS_INCORRECT", hour=9), number)
    assert post.state(number) == "at_office"
    assert "item.address_unresolved" in post.feed(number)

    seen = post.agency.get(f"/api/v1/items/{number}").wanted(200)
    stale = post.agency.put(f"/api/v1/items/{number}/address", {"address": {"text": ADDRESS}}, etag='"0"')
    assert stale.status == 412, "a correction of what was not read is refused"
    post.agency.put(f"/api/v1/items/{number}/address", {"address": {"text": ADDRESS}}, etag=seen.etag).wanted(200)

    post.next_working_day(7, 30)
    post.visit(number, "delivered", hour=10)
    post.tick()
    assert post.state(number) == "delivered"
    post.chain_is_whole(number)


def test_an_address_that_nobody_can_place_is_never_dispatched_until_it_is_mended(post: Post) -> None:
    """A guess would put the envelope into a stranger's hands."""
    number = post.hand_over(address="nhà bác Ba gần cây đa")
    assert post.seen_by_agency(number)["placed"] == "review"
    post.desk("sg", "/acceptance", point="H29/P1", numbers=number)
    post.desk("sg", "/bags", to="all")
    assert post.state(number) == "accepted", "no bag takes it"

    etag = post.agency.get(f"/api/v1/items/{number}").wanted(200).etag
    post.agency.put(f"/api/v1/items/{number}/address", {"address": {"text": ADDRESS}}, etag=etag).wanted(200)
    post.desk("sg", "/bags", to="all")
    assert post.state(number) == "in_transit"
