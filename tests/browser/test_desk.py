"""The desk as people use it: by keyboard, on a phone, without JavaScript, and judged by axe."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from delivery import dispatch
from delivery.jobs import solve_plans
from delivery.store.routes import Plan
from delivery.wiring import Wiring
from tests.arrangements import Builder
from tests.browser.conftest import DESKTOP, PHONE
from tests.delivery.made_rounds import CLERK
from tests.delivery.web.desk.busy_office import BusyOffice, busy_office, planned
from tests.factories import PASSWORD, Town

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def arrangement(request: pytest.FixtureRequest) -> Builder | None:
    """The busy office, for those who ask for it."""
    return busy_office if "office" in request.fixturenames else None


@pytest.fixture
def office(arranged: BusyOffice) -> BusyOffice:
    """Sài Gòn's office in the middle of its work."""
    return arranged


def _paths(office: BusyOffice) -> list[str]:
    return [
        "/desk/",
        "/desk/items",
        f"/desk/items/{office.held}",
        "/desk/acceptance",
        "/desk/acceptance?point=H29/P1",
        "/desk/bags",
        "/desk/plan",
        "/desk/learned",
        f"/desk/plans/{office.plan}",
        f"/desk/routes/{office.route}",
        "/desk/review",
        "/desk/doubtful",
        "/desk/counter",
        f"/desk/counter?q={office.held}",
        "/desk/letters",
        "/desk/contacts",
        "/desk/returns",
        "/desk/incidents",
        "/desk/count",
        "/desk/cash",
        "/desk/items/RV000000000VN",
        *_changes(office),
    ]


def _changes(office: BusyOffice) -> list[str]:
    """A proposal to tomorrow's plan, and the price of moving one of its stops."""
    with office.post.work(CLERK) as unit:
        tomorrow = unit.session.get_one(Plan, office.plan)
        asked = dispatch.request_replan(unit, office_id=office.post.office, day=tomorrow.day, insert_only=True)
        stop = tomorrow.routes[0].stops[-1]
        paths = [
            f"/desk/proposals/{asked.id}",
            f"/desk/stops/{stop.id}/move?courier={stop.route.courier_id}&position=1",
        ]
    solve_plans(office.post.wiring)
    return paths


def _heads(office: BusyOffice) -> list[str]:
    return [
        "/treasury/",
        f"/treasury/items/{office.held}",
        "/treasury/tariffs",
        "/treasury/bank",
        "/treasury/statements",
        "/treasury/remittances",
        "/treasury/claims",
    ]


@pytest.mark.parametrize("login", ["clerk.sg", "admin"])
def test_no_page_of_the_desks_breaks_a_rule_or_overflows(
    office: BusyOffice, open_page: Callable[[int], Page], sign_in: Callable[[Page, str], None], login: str
) -> None:
    """WCAG 2.2 AA by axe, and no page that must be pushed sideways, on a desk's glass and a phone's (contracts C34)."""
    tab = open_page(PHONE)
    tab.goto("/login")
    broken = {"/login": _broken(tab)}
    sign_in(tab, login)
    for path in _paths(office) if login == "clerk.sg" else _heads(office):
        tab.goto(path)
        broken[path] = _broken(tab)
        for width in (PHONE, DESKTOP):
            tab.set_viewport_size({"width": width, "height": 900})
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        tab.set_viewport_size({"width": PHONE, "height": 900})
    assert {path: rules for path, rules in broken.items() if rules} == {}


def _broken(tab: Page) -> list[str]:
    found = Axe().run(tab, options={"runOnly": {"type": "tag", "values": RULES}})
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found.response["violations"]]


def test_a_dispatcher_signs_in_and_plans_by_keyboard_alone(town: Town, wiring: Wiring, browser_page: Page) -> None:
    """Some never touch the mouse, some cannot."""
    tab = browser_page
    tab.goto("/desk/plan")
    tab.get_by_label("Tên đăng nhập").focus()
    tab.keyboard.type("dispatcher.sg")
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Tuyến phát")
    tab.keyboard.press("Tab")
    expect(tab.get_by_text("Đến nội dung chính")).to_be_focused()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    expect(tab.get_by_label("Ngày phát")).to_be_focused()
    tab.get_by_role("button", name="Lập tuyến").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("progressbar")).to_be_visible()


def test_a_plan_shows_itself_when_it_is_made(
    office: BusyOffice, town: Town, wiring: Wiring, browser_page: Page, sign_in: Callable[[Page, str], None]
) -> None:
    """The dispatcher watches it grow and need not reload."""
    tab = browser_page
    sign_in(tab, "dispatcher.sg")
    tab.goto("/desk/plan")
    tab.get_by_label("Ngày phát").fill("2026-12-04")
    tab.get_by_role("button", name="Lập tuyến").click()
    expect(tab.get_by_role("progressbar")).to_be_visible()
    planned(wiring, town.sai_gon, office.post.clock.at.date().replace(day=4))
    expect(tab.get_by_text("đã lập xong")).to_be_visible(timeout=10_000)


def test_the_map_draws_every_stop_from_this_server_alone(
    office: BusyOffice, browser_page: Page, sign_in: Callable[[Page, str], None]
) -> None:
    """No tiles, no third party: the office, the line, the numbered stops."""
    tab = browser_page
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    sign_in(tab, "clerk.sg")
    tab.goto(f"/desk/routes/{office.route}")
    expect(tab.locator(".map-stop")).to_have_count(len(office.out))
    expect(tab.locator(".map-office")).to_have_count(1)
    assert {url.split("/")[2].split(":")[0] for url in asked} == {"127.0.0.1"}


def test_a_route_is_complete_without_javascript(
    office: BusyOffice, chromium: Browser, live_url: str, sign_in: Callable[[Page, str], None]
) -> None:
    """The list beside the map is the route itself."""
    window = chromium.new_context(base_url=live_url, java_script_enabled=False)
    tab = window.new_page()
    sign_in(tab, "clerk.sg")
    tab.goto(f"/desk/routes/{office.route}")
    expect(tab.locator("ol.stops > li")).to_have_count(len(office.out))
    expect(tab.get_by_text("Bản đồ cần JavaScript")).to_be_visible()
    window.close()


def test_all_announced_numbers_are_filled_in_with_one_button(
    office: BusyOffice, browser_page: Page, sign_in: Callable[[Page, str], None]
) -> None:
    """Where the clerk counted the bundle against the agency's list, nobody scans a hundred envelopes."""
    tab = browser_page
    sign_in(tab, "clerk.sg")
    tab.goto("/desk/acceptance?point=H29/P1")
    tab.get_by_role("button", name="Điền cả 14 số đã báo").click()
    assert len(tab.get_by_label("Số hiệu bưu gửi").input_value().split()) == 14
    tab.get_by_role("button", name="Ký nhận bàn giao").click()
    expect(tab.get_by_role("status")).to_have_text("Đã chấp nhận 14 bưu gửi.")
