"""A courier's round as the demo puts it together from what desk and phone show."""

from demo.actors import Call
from demo.rounds import along
from demo.savings import Stop


def test_a_route_is_the_maps_points_in_planned_order_with_the_items_of_its_calls() -> None:
    """The map names no item and the phone shows no point: only the position joins them."""
    shown: dict[str, object] = {
        "office": {"name": "BC", "lat": 10.7, "lon": 106.6},
        "stops": [{"position": 3, "lat": 10.3, "lon": 106.3}, {"position": 1, "lat": 10.1, "lon": 106.1}],
    }
    calls = [Call(stop="s", position=3, at=0, numbers=("RD1", "RD2")), Call(stop="p", position=1, at=9, numbers=())]
    first, last = Stop(spot=(10.1, 106.1)), Stop(spot=(10.3, 106.3), numbers=("RD1", "RD2"))
    assert along(shown, calls) == ((10.7, 106.6), (first, last))
