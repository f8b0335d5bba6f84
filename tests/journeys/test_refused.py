"""The promise: what its addressee refuses goes back at once, without a second visit and without waiting."""

from tests.journeys.post import Post


def test_a_refused_result_starts_its_return_the_same_evening(post: Post) -> None:
    """A refusal is final: keeping the envelope would only delay the agency."""
    number = post.hand_over()
    post.carry_to_delivery_office(number)
    route = post.visit(number, "REFUSED", hour=9)
    assert post.state(number) == "out_for_delivery"
    post.bring_back(route, number)
    assert post.state(number) == "returning"

    post.desk("td", "/bags", to="all")
    post.next_working_day(8)
    post.open_bags("sg")
    post.desk("sg", "/returns", point="H29/P1")
    manifests = post.agency.get("/api/v1/returns").wanted(200).json()["items"]
    assert isinstance(manifests, list)
    post.agency.post(f"/api/v1/returns/{manifests[0]['manifest']}:sign", {"items": [number]}).wanted(200)
    assert post.state(number) == "returned"
    post.chain_is_whole(number)


def test_an_agency_sends_a_returned_result_out_again_in_one_call(post: Post) -> None:
    """A new envelope with a new number for the same dossier, without a new dossier (domain.md §2)."""
    number = post.hand_over()
    post.carry_to_delivery_office(number)
    post.bring_back(post.visit(number, "REFUSED", hour=9), number)
    post.desk("td", "/bags", to="all")
    post.next_working_day(8)
    post.open_bags("sg")
    post.desk("sg", "/returns", point="H29/P1")
    manifests = post.agency.get("/api/v1/returns").wanted(200).json()["items"]
    assert isinstance(manifests, list)
    post.agency.post(f"/api/v1/returns/{manifests[0]['manifest']}:sign", {}).wanted(200)
    again = post.agency.post(f"/api/v1/items/{number}:redispatch", {}).wanted(201).json()["code"]
    assert again != number
    assert post.state(str(again)) == "registered"
    assert post.state(number) == "returned"
