"""The pages that citizens open, through HTTP, on items that a post office works on."""


import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from delivery.outbound import linking
from delivery.store.items import Item
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_rounds import Post
from tests.factories import Town


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """The office at work."""
    return Post(wiring, town, clock)


def token_of(post: Post, number: str) -> str:
    """The token that the item's messages carry."""
    with post.wiring.work("job:test") as unit:
        item = unit.session.scalars(select(Item).where(Item.number == number)).one()
        return linking.token_for(unit, item)


def opened(client: FlaskClient, post: Post, number: str) -> str:
    """Open the item's link; the path that the browser is sent to."""
    answer = client.get(f"/t/{token_of(post, number)}", base_url="https://localhost")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def test_a_link_leads_to_the_items_page_at_a_url_without_the_token(client: FlaskClient, post: Post) -> None:
    """A URL is copied, logged and shown over shoulders; the token in it would open the item to everybody."""
    number = post.one()
    token = token_of(post, number)
    where = opened(client, post, number)
    page = client.get(where, base_url="https://localhost")
    assert page.status_code == 200
    assert token not in where
    assert token not in page.text
    assert "Bưu gửi" in page.text
