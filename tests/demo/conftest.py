"""The product's own list of the city's communes, as `flask communes list` prints it."""

import json

import pytest

from delivery.parties import office_code
from delivery.store.communes_data import read_gazetteer
from demo.world import CITY


@pytest.fixture(scope="session")
def listed() -> list[str]:
    """One JSON line for each of the city's 168 units."""
    return [
        json.dumps(
            {"id": c.id, "code": c.code, "name": c.name, "lat": c.lat, "lon": c.lon, "office": office_code(c.id)}
        )
        for c in read_gazetteer().communes
        if c.province_code == CITY
    ]
