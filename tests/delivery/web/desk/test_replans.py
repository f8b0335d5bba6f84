"""A dispatcher changes the day at noon, in the browser's forms."""

import re

import pytest
from flask import Flask

from delivery import jobs
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_noon import Noon, noon_at
from tests.delivery.web.person import Person, at_work
from tests.factories import Town


@pytest.fixture
def noon(wiring: Wiring, town: Town, clock: HandClock) -> Noon:
    """Half past ten on a Monday."""
    return noon_at(wiring, town, clock)


def test_a_proposal_is_asked_for_seen_beside_the_plan_in_force_and_accepted(
    noon: Noon, clerk: Person, wiring: Wiring
) -> None:
    """The dispatcher sees what it costs and who changes before anybody's phone shows another order."""
    (new,) = noon.post.shelved(1)
    page = clerk.get(f"/desk/plans/{noon.plan}").text
    assert "Xếp lại phần còn lại" in page
    asked = clerk.post(f"/desk/plans/{noon.plan}/replan", how="all")
    assert "<progress" in clerk.get(asked.location).text
    assert jobs.solve_plans(wiring) == 1
    page = clerk.get(asked.location).text
    assert page.count("<figure") == 2
    assert "Xếp thêm được (1)" in page
    assert new in page
    assert "courier.sg.2" in page
    assert not re.search(r"Nguyễn (Thị|Huệ)", page), "Numbers name stops here, not people."
    done = clerk.post(f"{asked.location}/accept")
    assert done.location.endswith(f"/desk/plans/{noon.plan}")
    assert "Đã đổi tuyến" in clerk.get(done.location).text
    assert "đã được áp dụng" in clerk.get(asked.location).text
    again = clerk.post(f"{asked.location}/discard")
    assert again.status_code == 409
    discarded = clerk.post(f"/desk/plans/{noon.plan}/replan", how="insert").location
    jobs.solve_plans(wiring)
    assert "Không có gì đáng đổi" in clerk.get(discarded).text
    assert "Đã bỏ đề xuất" in clerk.get(clerk.post(f"{discarded}/discard").location).text


def test_a_stop_is_pinned_moved_at_a_price_and_put_back_and_the_phone_says_so(
    noon: Noon, clerk: Person, app: Flask
) -> None:
    """Each step says what follows; what cannot be done says why, by name. Who drives learns of another order."""
    route = noon.route(noon.first)
    first, second = (stop.id for stop in route.stops[2:4])
    before = noon.orders()
    assert clerk.get(f"/desk/routes/{route.id}").text.count("Ghim hoặc chuyển") == len(route.stops) - 2
    told = clerk.get(f"/desk/stops/{first}/move?courier={noon.first}&position=3").text
    assert "Đi đường" in told or "Không tốn thêm gì" in told
    moved = clerk.post(f"/desk/stops/{first}/move", courier=str(noon.first), position="3")
    assert noon.orders() != before
    undo = re.search(
        r'name="position" value="(\d+)"><input type="hidden" name="undoing"', clerk.get(moved.location).text
    )
    assert undo is not None
    clerk.post(f"/desk/stops/{first}/move", courier=str(noon.first), position=undo.group(1), undoing="1")
    assert noon.orders() == before
    pinned = clerk.post(f"/desk/stops/{second}/pin", pinned="1")
    assert "đã ghim" in clerk.get(pinned.location).text
    refused = clerk.post(f"/desk/stops/{first}/move", courier=str(noon.second))
    assert refused.status_code == 409
    assert "chỉ courier.sg" in refused.text
    for typed in ("mười", "99"):
        assert clerk.get(f"/desk/stops/{second}/move?courier={noon.first}&position={typed}").status_code == 422
    clerk.post(f"/desk/stops/{second}/pin", pinned="0")
    clerk.post(f"/desk/stops/{first}/move", courier=str(noon.first), position="3")
    phone = at_work(
        app.test_client(), next(login for login, key in noon.post.town.couriers.items() if key == noon.first)
    )
    assert "Tuyến đã đổi lúc 10:30: 1 điểm đổi thứ tự" in phone.get("/courier/").text
