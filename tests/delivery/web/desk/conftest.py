"""An office in the middle of its day, and a clerk of it at a browser."""

import pytest
from flask.testing import FlaskClient

from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.web.desk.busy_office import BusyOffice, busy_office
from tests.delivery.web.person import Person, at_work
from tests.factories import Town


@pytest.fixture
def office(wiring: Wiring, town: Town, clock: HandClock) -> BusyOffice:
    """Sài Gòn's office on Wednesday 2 December 2026, 10:00."""
    return busy_office(wiring, town, clock)


@pytest.fixture
def clerk(town: Town, client: FlaskClient) -> Person:
    """A clerk of Sài Gòn's office, signed in."""
    return at_work(client, "clerk.sg")
