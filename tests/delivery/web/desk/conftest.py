"""An office in the middle of its day, and a clerk of it at a browser."""

import pytest
from flask.testing import FlaskClient

from tests.arrangements import Builder
from tests.delivery.web.desk.busy_office import BusyOffice, busy_office
from tests.delivery.web.person import Person, at_work
from tests.factories import Town


@pytest.fixture
def arrangement(request: pytest.FixtureRequest) -> Builder | None:
    """The busy office, for those who ask for it."""
    return busy_office if "office" in request.fixturenames else None


@pytest.fixture
def office(arranged: BusyOffice) -> BusyOffice:
    """Sài Gòn's office on Wednesday 2 December 2026, 10:00."""
    return arranged


@pytest.fixture
def clerk(town: Town, client: FlaskClient) -> Person:
    """A clerk of Sài Gòn's office, signed in."""
    return at_work(client, "clerk.sg")
