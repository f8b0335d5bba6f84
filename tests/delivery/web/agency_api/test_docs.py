"""The documentation works where there is no internet."""

import re

from flask.testing import FlaskClient

from tests.delivery.web.agency_api.program import Reply


def test_the_docs_page_and_all_it_loads_come_from_here(client: FlaskClient) -> None:
    """Agencies' networks are closed: a CDN would leave the page blank."""
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert not re.search(r"https?://", page.text)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 4
    for path in loaded:
        assert client.get(path, buffered=True).status_code == 200
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"].partition("style-src")[0]


def test_no_other_file_is_served_beside_swagger(client: FlaskClient) -> None:
    """The folder is a package's; nothing above it may be read."""
    assert client.get("/api/v1/docs/../__init__.py").status_code == 404
    assert client.get("/api/v1/docs/%2e%2e/__init__.py").status_code == 404


def test_every_endpoint_says_what_it_is_for(client: FlaskClient) -> None:
    """A document that only lists paths helps nobody."""
    paths = Reply(client.get("/api/v1/openapi.json")).json["paths"]
    for operations in paths.values():
        for operation in operations.values():
            assert operation["summary"]
            assert operation["responses"]
    assert "/api/v1/items/{code}:recall" in paths
