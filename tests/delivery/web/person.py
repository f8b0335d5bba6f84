"""A person at a browser, for tests: follows links and sends forms with the tokens that the page gave."""

import re
from dataclasses import dataclass, field
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import PASSWORD

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SITE = "https://localhost"


@dataclass
class Person:
    """`client` is one browser; its cookies are this person's."""

    client: FlaskClient
    _token: str = field(default="", repr=False)

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        answer = self.client.get(path, base_url=SITE)
        found = _TOKEN.search(answer.text) if answer.mimetype == "text/html" else None
        self._token = found[1] if found else self._token
        return answer

    def post(self, path: str, **fields: str | list[str]) -> TestResponse:
        """Send a form with the token of the page opened last, and a report id of its own unless one is given."""
        form = {"csrf_token": self._token, "report_id": str(uuid4()), **fields}
        return self.client.post(path, data=form, base_url=SITE)

    def signs_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        """Through the sign-in page; the next page gives the new session's token."""
        self.get("/login")
        return self.post("/login", login=login, password=password)


def at_work(client: FlaskClient, login: str) -> Person:
    """A person signed in, before their first page."""
    person = Person(client)
    answer = person.signs_in(login)
    assert answer.status_code == 303, answer.text
    person.get(answer.location)
    return person
