"""Plan and record at the desk and on the phone: of an office to the office, of a courier only to that courier."""

import re

from flask import Flask

from delivery import learning
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.recorded_days import recorded_days
from tests.delivery.web.person import Person, at_work
from tests.factories import Town

COURIERS = ("courier.sg.1", "courier.sg.2")


def test_an_office_sees_its_times_and_each_courier_only_the_own(
    wiring: Wiring, town: Town, clock: HandClock, clerk: Person, app: Flask
) -> None:
    """Plan and record stand side by side; nobody is ranked, and nobody reads about a colleague."""
    empty = clerk.get("/desk/learned").text
    assert "chưa có tuyến nào được báo" in empty
    assert "Chưa học được gì" in empty
    recorded_days(wiring, town, 9, until=clock.at.date())
    learning.calibrate(lambda: wiring.work("job:learn_times"))
    few = clerk.get("/desk/learned").text
    assert "chưa đủ 10 ngày: kế hoạch vẫn dùng chuẩn" in few
    assert few.count('<circle class="recorded"') == 9
    assert "<strong>2 phút 30 giây</strong>" in few
    clock.forward(days=1)
    recorded_days(wiring, town, 9, until=clock.at.date().replace(month=11, day=15), first=9_500)
    learning.calibrate(lambda: wiring.work("job:learn_times"))
    page = at_work(app.test_client(), "clerk.sg").get("/desk/learned").text
    assert "chưa đủ" not in page
    door = re.search(r"Ở cửa một nhà.*?<strong>([^<]+)</strong>", page, re.DOTALL)
    assert door is not None
    assert door[1].startswith(("3 phút", "4 phút"))
    assert not [login for login in COURIERS if login in page]
    neighbour = at_work(app.test_client(), "clerk.td").get("/desk/learned").text
    assert "Chưa học được gì" in neighbour
    own = at_work(app.test_client(), COURIERS[0]).get("/courier/tempo").text
    assert "Chỉ bạn xem được trang này" in own
    assert "như cả bưu cục" in own
    assert COURIERS[1] not in own
    assert "chưa báo tuyến nào" in at_work(app.test_client(), "courier.td.1").get("/courier/tempo").text
