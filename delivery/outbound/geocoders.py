"""Asks a geocoder where addresses lie, if the house has set one: its own Nominatim or Photon, through geopy.

Off by default, and then no address leaves the house. No transaction is open during a call; a call carries the
address and nothing else: no name, no phone, no number. What is answered is sealed under the addressee's key.
"""

import json
import logging
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from geopy.adapters import RequestsAdapter
from geopy.exc import GeopyError
from geopy.geocoders import Nominatim, Photon
from sqlalchemy.orm import Session, sessionmaker

from delivery.clock import Clock
from delivery.settings import GeocoderKind, GeocoderSettings, Settings
from delivery.store.items import Item
from delivery.store.queries.address_book import household_locked, to_look_up
from delivery.store.queries.sweeps import keep_lease, leave_lease, mark_swept, swept_to, take_lease
from delivery.store.work import Work, open_work
from delivery.vault import Reason, Vault, folded
from routing.communes import Anchor
from routing.geocoding import Geocoded, Geocoder, GeocoderSilent, Point, metres

JOB: Final = "locate_items"
LEASE: Final = timedelta(minutes=5)
AT_A_TICK: Final = 50
"""Addresses looked up in one go of the job."""
ASK_AGAIN: Final = timedelta(days=1)
"""What was asked for in vain is not asked for again before."""
REST_AFTER_SILENCE: Final = timedelta(minutes=10)
AT_A_HOUSE_M: Final = 30.0
AT_A_STREET_M: Final = 300.0
AGENT: Final = "vn-result-delivery"
_SILENT: Final = f"{JOB}:silent"

_log = logging.getLogger(__name__)
# Their lines, urllib3's of a failed try among them, hold the whole request, and so the address.
logging.getLogger("geopy").setLevel(logging.WARNING)
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)


class Parts(Protocol):
    """What the job needs of the process's wiring."""

    @property
    def settings(self) -> Settings: ...
    @property
    def sessions(self) -> sessionmaker[Session]: ...
    @property
    def clock(self) -> Clock: ...


class _Answer(Protocol):
    """As geopy's Location."""

    latitude: float
    longitude: float
    raw: dict[str, object]


class GeopyGeocoder:
    """A geocoder behind geopy. One request at a time."""

    def __init__(self, settings: GeocoderSettings) -> None:
        address = urlsplit(settings.url)
        domain = address.netloc + address.path.rstrip("/")
        client = Nominatim if settings.kind is GeocoderKind.NOMINATIM else Photon
        self._kind = settings.kind
        self._client = client(
            domain=domain,
            scheme=address.scheme,
            timeout=settings.seconds,
            user_agent=AGENT,
            adapter_factory=partial(RequestsAdapter, max_retries=0),
        )
        # An address goes to the host that the house has set, and no further.
        self._client.adapter.session.max_redirects = 0

    def geocode(self, text: str, *, near: Anchor) -> Geocoded | None:
        """The point of `text` near the commune's, or None when nothing is found. Raises GeocoderSilent."""
        try:
            found = self._asked(text, near)
            if found is None:
                return None
            point = Point(lat=float(found.latitude), lon=float(found.longitude))
            return Geocoded(point=point, accuracy_m=self._accuracy(found.raw, point))
        except (GeopyError, ValueError, KeyError, TypeError, IndexError, AttributeError) as trouble:
            # Its words may quote the request, and so the address.
            raise GeocoderSilent(type(trouble).__name__) from None

    def close(self) -> None:
        """Let its connections go."""
        self._client.adapter.__exit__(None, None, None)

    def _asked(self, text: str, near: Anchor) -> _Answer | None:
        answer: _Answer | None
        if self._kind is GeocoderKind.PHOTON:
            answer = self._client.geocode(text, location_bias=(near.lat, near.lon))
            return answer
        # Twice the commune's radius each way: 111 km to a degree of latitude, and near enough for longitude here.
        margin = 2 * max(near.radius_m, 1_500.0) / 111_000
        box = [(near.lat - margin, near.lon - margin), (near.lat + margin, near.lon + margin)]
        answer = self._client.geocode(text, country_codes="vn", viewbox=box, bounded=True)
        return answer

    def _accuracy(self, raw: dict[str, object], point: Point) -> float:
        """How far from the answer the address may lie: half across the thing that was found."""
        box = raw.get("boundingbox")
        if isinstance(box, list):
            south, north, west, east = (float(edge) for edge in box)
        else:
            told = raw.get("properties")
            properties = told if isinstance(told, dict) else {}
            extent = properties.get("extent")
            if not isinstance(extent, list):
                return AT_A_HOUSE_M if properties.get("type") == "house" else AT_A_STREET_M
            west, north, east, south = (float(edge) for edge in extent)
        across = metres(Point(lat=south, lon=west), Point(lat=north, lon=east))
        return max(AT_A_HOUSE_M, round(across / 2, 1))


def geocoder_for(settings: GeocoderSettings | None) -> GeopyGeocoder | None:
    """The geocoder that the house has set; None when it has set none."""
    return None if settings is None else GeopyGeocoder(settings)


@dataclass(frozen=True, kw_only=True)
class _Question:
    address_key: bytes
    text: str = field(repr=False)
    near: Anchor


def locate_due(parts: Parts, geocoder: Geocoder, stopping: threading.Event) -> int:
    """Look up live items' addresses of which no fine point is known; says how many were asked for.

    One worker at a time asks, at the pace of the settings. A geocoder that keeps silent is left alone for a while.
    """
    settings = parts.settings.geocoder
    assert settings is not None, "A geocoder was built from its settings."
    work = partial(open_work, parts.sessions, clock=parts.clock, keys=parts.settings.keys, actor=f"job:{JOB}")
    with work() as unit:
        silent = swept_to(unit, _SILENT)
        resting = silent is not None and unit.now < silent + REST_AFTER_SILENCE
        if resting or not take_lease(unit, JOB, LEASE):
            return 0
    asked = 0
    try:
        with work() as unit:
            due = to_look_up(unit, asked_before=unit.now - ASK_AGAIN, limit=AT_A_TICK)
        for item_id in due:
            # The wait comes first: two runs in a row must not ask faster than one.
            if stopping.wait(1 / settings.per_second if asked else 0):
                break
            asked += _look_up(work, geocoder, item_id)
        with work() as unit:
            mark_swept(unit, JOB)
    except GeocoderSilent as silence:
        _log.warning("The geocoder does not answer (%s): it is asked again in %s.", silence, REST_AFTER_SILENCE)
        with work() as unit:
            mark_swept(unit, _SILENT)
    finally:
        with work() as unit:
            leave_lease(unit, JOB)
    return asked


class _Works(Protocol):
    def __call__(self) -> AbstractContextManager[Work]: ...


def _look_up(work: _Works, geocoder: Geocoder, item_id: UUID) -> int:
    """Ask for one item's address and keep the answer for its household; 0 when that was done meanwhile."""
    with work() as unit:
        keep_lease(unit, JOB, LEASE)
        question = _question(unit, item_id)
    if question is None:
        return 0
    try:
        answer = geocoder.geocode(question.text, near=question.near)
    except GeocoderSilent:
        with work() as unit:
            _keep(unit, question, None)
        raise
    with work() as unit:
        _keep(unit, question, answer)
    return 1


def _question(unit: Work, item_id: UUID) -> _Question | None:
    item = unit.session.get(Item, item_id)
    row = item.addressee if item is not None else None
    if item is None or row is None or item.commune is None or row.subject.wrapped_key is None:
        return None
    if row.geocoded is not None or (row.geocoded_at is not None and unit.now < row.geocoded_at + ASK_AGAIN):
        return None
    text = Vault.of(unit).open(row.subject, "addressees.address", row.id, row.address, reason=Reason.GEOCODE)
    commune = item.commune
    if folded(commune.name) not in folded(text):
        text = f"{text}, {commune.name}, {commune.province.name}"
    return _Question(address_key=row.address_key, text=text, near=commune.anchor)


def _keep(unit: Work, question: _Question, answer: Geocoded | None) -> None:
    for row in household_locked(unit, question.address_key):
        row.geocoded_at = unit.now
        if answer is not None:
            told = {"lat": answer.point.lat, "lon": answer.point.lon, "accuracy_m": answer.accuracy_m}
            row.geocoded = Vault.of(unit).seal(row.subject, "addressees.geocoded", row.id, json.dumps(told))
