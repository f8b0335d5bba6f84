"""Leaflet's files, served from the installed package: nothing of third parties is committed or fetched elsewhere."""

from pathlib import Path

from flask import Blueprint, Response, send_from_directory
from xstatic.pkg import leaflet

vendor = Blueprint("vendor", __name__, url_prefix="/vendor")

_LEAFLET = Path(leaflet.BASE_DIR)
_A_WEEK = 7 * 24 * 3600


@vendor.get("/leaflet/<path:name>")
def leaflet_file(name: str) -> Response:
    """One file of Leaflet's distribution."""
    return send_from_directory(_LEAFLET, name, max_age=_A_WEEK)
