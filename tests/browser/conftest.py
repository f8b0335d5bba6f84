"""A real Chromium before the real application, which listens on a port of its own and uses the test's database."""

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.browser.chromium import MISSING, found
from tests.factories import PASSWORD

DESKTOP = 1280
PHONE = 390


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process; it reaches nothing but this machine."""
    path = found()
    if path is None:
        pytest.fail(MISSING)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def live_url(app: Flask) -> Iterator[str]:
    """Where the application listens, such as http://127.0.0.1:40001."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def open_page(chromium: Browser, live_url: str) -> Iterator[Callable[[int], Page]]:
    """Opens a browser window of a given width, without cookies. What the page's scripts throw fails the test."""
    windows = []
    errors: list[str] = []

    def opened(width: int = DESKTOP) -> Page:
        window = chromium.new_context(base_url=live_url, viewport={"width": width, "height": 900}, locale="vi-VN")
        windows.append(window)
        tab = window.new_page()
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        return tab

    yield opened
    for window in windows:
        window.close()
    # A refused form is answered with 4xx on purpose, which Chromium reports on its console.
    assert [error for error in errors if "status of 4" not in error] == []


@pytest.fixture
def browser_page(open_page: Callable[[int], Page]) -> Page:
    """A window of a desk's width."""
    return open_page(DESKTOP)


@pytest.fixture
def sign_in() -> Callable[[Page, str], None]:
    """Signs a person of the town in through the page."""

    def enter(tab: Page, login: str) -> None:
        tab.goto("/login")
        tab.get_by_label("Tên đăng nhập").fill(login)
        tab.get_by_label("Mật khẩu").fill(PASSWORD)
        tab.get_by_role("button", name="Đăng nhập").click()
        tab.wait_for_load_state()

    return enter
