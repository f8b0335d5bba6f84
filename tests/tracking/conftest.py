"""A citizen with a browser, and the post office that works on their item."""

import re
from dataclasses import dataclass
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from delivery.outbound import linking
from delivery.store.items import Item
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import Post
from tests.factories import Town

SITE = "https://localhost"


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """The office at work."""
    return Post(wiring, town, clock)


def token_of(post: Post, number: str) -> str:
    """The token that the item's messages carry."""
    with post.wiring.work("job:test") as unit:
        item = unit.session.scalars(select(Item).where(Item.number == number)).one()
        return linking.token_for(unit, item)


@dataclass
class Citizen:
    """A browser that holds links."""

    browser: FlaskClient
    post: Post
    protection: str = ""

    def get(self, path: str) -> TestResponse:
        """A page over TLS, as the session's cookie wants it; its forms' protection is remembered."""
        answer = self.browser.get(path, base_url=SITE)
        if found := re.search(r'name="csrf_token" value="([^"]+)"', answer.text):
            self.protection = found.group(1)
        return answer

    def open(self, number: str) -> str:
        """Open the item's link; the path of its page."""
        answer = self.get(f"/t/{token_of(self.post, number)}")
        assert answer.status_code == 303
        return str(answer.headers["Location"])

    def page(self, number: str) -> str:
        """Open the item's link and read its page."""
        return self.get(self.open(number)).text

    def choose(self, path: str, *, report: str = "", **fields: str) -> TestResponse:
        """Send one of the forms of the page at `path`."""
        self.get(path)
        data = {"csrf_token": self.protection, "report_id": report or str(uuid4()), **fields}
        headers = {"Referer": f"{SITE}{path}"}
        return self.browser.post(f"{path}/chon", data=data, base_url=SITE, headers=headers)


@pytest.fixture
def citizen(client: FlaskClient, post: Post) -> Citizen:
    """Somebody who got a text message."""
    return Citizen(client, post)


@pytest.fixture
def stranger(client: FlaskClient, post: Post) -> Citizen:
    """Somebody else, with a browser of their own."""
    return Citizen(client.application.test_client(), post)
