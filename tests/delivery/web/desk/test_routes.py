"""A day is planned, watched, printed, and brought home in the evening."""

from io import BytesIO
from uuid import UUID

from pypdf import PdfReader
from sqlalchemy import select

from delivery.rules.states import State
from delivery.store.routes import Route
from delivery.wiring import Wiring
from tests.delivery.web.desk.busy_office import BusyOffice
from tests.delivery.web.person import Person


def _route_of(wiring: Wiring, plan: UUID) -> UUID:
    with wiring.work("job:test") as unit:
        return unit.session.scalars(select(Route.id).where(Route.plan_id == plan).order_by(Route.id)).first() or plan


def test_a_plan_asked_for_is_shown_until_a_worker_has_made_it(clerk: Person) -> None:
    """The page comes at once; the plan comes when it comes, with or without JavaScript."""
    clerk.get("/desk/plan")
    answer = clerk.post("/desk/plan", day="2026-12-01")
    assert answer.status_code == 303
    page = clerk.get(answer.location).text
    assert "<progress" in page
    assert "Xem đã xong chưa" in page
    told = clerk.get(f"{answer.location}.json").json
    assert told == {"state": "requested", "progress": 0, "trouble": "", "routes": [], "unplanned": [], "roads": []}


def test_a_day_that_cannot_be_planned_is_told_in_place(clerk: Person) -> None:
    """The form stays, with what is possible."""
    clerk.get("/desk/plan")
    past, unreadable = clerk.post("/desk/plan", day="2020-01-01"), clerk.post("/desk/plan", day="mai")
    assert (past.status_code, unreadable.status_code) == (422, 422)
    assert "Chỉ lập tuyến từ hôm nay" in past.text
    assert 'name="day"' in past.text


def test_a_finished_plan_lists_its_routes(office: BusyOffice, clerk: Person) -> None:
    """Who drives, how many stops, how far."""
    told = clerk.get(f"/desk/plans/{office.plan}.json").json
    assert told is not None
    assert told["state"] == "ready"
    assert {route["courier"] for route in told["routes"]} <= {"courier.sg.1", "courier.sg.2"}
    assert sum(route["stops"] for route in told["routes"]) >= len(office.shelved)
    page = clerk.get(f"/desk/plans/{office.plan}").text
    assert all(f"/desk/routes/{route['id']}" in page for route in told["routes"])


def test_a_route_is_a_list_first_and_a_map_beside_it(office: BusyOffice, clerk: Person, wiring: Wiring) -> None:
    """The list holds everything without JavaScript; the map's points name nobody."""
    route = _route_of(wiring, office.plan)
    page = clerk.get(f"/desk/routes/{route}").text
    points = clerk.get(f"/desk/routes/{route}.json")
    assert points.json is not None
    stops = points.json["stops"]
    assert page.count("<li value=") == len(stops)
    assert [stop["position"] for stop in stops] == sorted(stop["position"] for stop in stops)
    assert "Phường Sài Gòn" in {commune["name"] for commune in points.json["communes"]}
    assert "Nguyễn" not in points.text
    doors = [stop for stop in stops if stop["kind"] == "delivery"]
    assert page.count("điểm kèm theo địa chỉ, ±50 m") == len(doors), "whose word, and how far off"
    assert {(stop["source"], stop["accuracy"]) for stop in doors} == {("given", 50.0)}
    assert "điểm kèm theo địa chỉ" in clerk.get(f"/desk/items/{office.shelved[0]}").text


def test_the_delivery_list_is_printed(office: BusyOffice, clerk: Person, wiring: Wiring) -> None:
    """BD13 goes with the courier and comes back signed."""
    answer = clerk.get(f"/desk/routes/{_route_of(wiring, office.plan)}/bd13.pdf")
    assert answer.mimetype == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    assert "BD13" in text
    assert "09xx xxx" in text


def test_the_evening_scan_brings_items_back_and_names_what_is_odd(office: BusyOffice, clerk: Person) -> None:
    """What was reported goes on as decided; what is still out or does not belong is named."""
    page = clerk.get(f"/desk/routes/{office.route}").text
    assert "Bưu tá còn giữ 5 bưu gửi" in page
    numbers = "\n".join([office.out[1], office.out[2], office.held])
    back = clerk.post(f"/desk/routes/{office.route}/back", numbers=numbers)
    assert back.location == f"/desk/routes/{office.route}"
    told = clerk.get(back.location).text
    assert "Đã nhận lại: 2 lên kệ, 0 ra quầy." in told
    assert office.held in told
    assert "Bưu tá còn giữ 3 bưu gửi chưa quét" in told
    assert office.post.item(office.out[1]).state is State.AT_OFFICE


def test_leaflet_comes_from_this_server(clerk: Person) -> None:
    """Nothing is fetched from third parties (contracts C31)."""
    with clerk.get("/vendor/leaflet/leaflet.js") as answer:
        assert answer.status_code == 200
        assert "javascript" in answer.headers["Content-Type"]
    assert clerk.get("/vendor/leaflet/../../../delivery/settings.py").status_code == 404
