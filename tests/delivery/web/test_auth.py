"""Signing in through the pages: who gets where, and what the browser is told to keep."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from delivery.signing_in import TRIES
from tests.delivery.web.person import SITE, Person, at_work

pytestmark = pytest.mark.usefixtures("town")


@pytest.mark.parametrize(
    ("login", "start"),
    [
        ("clerk.sg", "/desk/"),
        ("dispatcher.sg", "/desk/"),
        ("manager.sg", "/desk/"),
        ("admin", "/desk/"),
        ("courier.sg.1", "/courier/"),
    ],
)
def test_each_role_begins_where_its_work_is(client: FlaskClient, login: str, start: str) -> None:
    """Nobody looks for their page."""
    assert Person(client).signs_in(login).location == start


def test_the_cookie_is_for_this_host_only_and_out_of_reach_of_scripts(client: FlaskClient) -> None:
    """The session is the person: it must not leak to a neighbour, a script or an open line."""
    cookie = Person(client).signs_in("clerk.sg").headers["Set-Cookie"]
    assert cookie.startswith("__Host-staff=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


def test_a_wrong_password_is_told_in_place_and_the_login_stays_typed(client: FlaskClient) -> None:
    """The clerk mends one field, not two."""
    answer = Person(client).signs_in("clerk.sg", "sai-mat-khau")
    assert answer.status_code == 422
    assert "không đúng" in answer.text
    assert 'value="clerk.sg"' in answer.text
    assert "sai-mat-khau" not in answer.text


def test_a_locked_account_reads_like_a_wrong_password(client: FlaskClient) -> None:
    """The page tells nobody which logins exist or are locked."""
    person = Person(client)
    for _ in range(TRIES):
        wrong = person.signs_in("clerk.sg", "guess")
    locked = person.signs_in("clerk.sg")
    assert locked.status_code == wrong.status_code == 422
    assert "không đúng" in locked.text


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client: FlaskClient) -> None:
    """A link in a colleague's message still works after the weekend."""
    person = Person(client)
    asked = person.get("/desk/returns?x=1")
    assert asked.status_code == 303
    page = person.get(asked.location)
    assert 'name="next" value="/desk/returns?x=1"' in page.text
    entered = person.post("/login", login="clerk.sg", password="mat-khau-thu-nghiem-1", next="/desk/returns?x=1")
    assert entered.location == "/desk/returns?x=1"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "desk", "/a\\b"])
def test_signing_in_never_leads_to_another_site(client: FlaskClient, target: str) -> None:
    """A crafted link must not hand a signed-in clerk to a look-alike."""
    person = Person(client)
    person.get("/login")
    entered = person.post("/login", login="clerk.sg", password="mat-khau-thu-nghiem-1", next=target)
    assert entered.location == "/desk/"


def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    """Another site cannot sign a clerk in or out."""
    answer = client.post("/login", data={"login": "clerk.sg", "password": "mat-khau-thu-nghiem-1"}, base_url=SITE)
    assert answer.status_code == 422
    assert "__Host-staff" not in str(answer.headers)


def test_signing_out_closes_the_door(client: FlaskClient) -> None:
    """After the clerk left, the next person at the machine signs in."""
    person = at_work(client, "clerk.sg")
    assert person.post("/logout").location == "/login"
    assert person.get("/desk/").status_code == 303


def test_who_is_signed_in_skips_the_sign_in_page(client: FlaskClient) -> None:
    """Pressing "back" does not ask for the password again."""
    assert at_work(client, "clerk.sg").get("/login").location == "/desk/"


@pytest.mark.parametrize("login", ["courier.sg.1", "officer.H29"])
def test_only_the_offices_staff_open_the_desk(client: FlaskClient, login: str) -> None:
    """A courier's phone that is lost shows that courier's day, not the office."""
    person = Person(client)
    person.signs_in(login)
    answer = person.get("/desk/")
    assert answer.status_code == 403
    assert "không dùng được trang này" in answer.text


def test_english_is_one_link_away_and_is_remembered(client: FlaskClient) -> None:
    """Vietnamese first; who reads English better chooses once."""
    person = Person(client)
    assert 'lang="vi"' in person.get("/login").text
    switched = person.get("/lang/en?back=/login")
    assert switched.location == "/login"
    page = person.get("/login").text
    assert 'lang="en"' in page
    assert "Password" in page


def test_a_way_back_with_control_characters_leads_to_the_start(client: FlaskClient) -> None:
    """A line break in a header would be somebody else's header."""
    answer = client.get("/lang/vi?back=/desk/%0d%0aX-Evil:1", base_url=SITE)
    assert (answer.status_code, answer.location) == (303, "/")


def test_a_language_we_do_not_have_is_not_found(client: FlaskClient) -> None:
    """Rather a clear answer than a page half in one language."""
    assert client.get("/lang/fr", base_url=SITE).status_code == 404


def test_pages_of_people_are_not_kept_by_the_browser(app: Flask, client: FlaskClient) -> None:
    """Names and addresses do not lie in a shared machine's cache (contracts C31)."""
    answer = at_work(client, "clerk.sg").get("/desk/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
