"""What the outside knows of each result, learnt from the agencies' event feeds and from nothing else."""

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from demo.days import VIETNAM
from demo.results import Result

FINAL = frozenset({"delivered", "returned", "cancelled", "lost"})
AGENCY, BAG, COURIER, INQUIRY, GONE = "agency", "bag", "courier", "inquiry", "gone"
_LINK = re.compile(r"https?://\S+/t/([A-Za-z0-9_-]{16,})")


@dataclass(slots=True, kw_only=True)
class Track:
    """One result on its way. `home`: the office that is to deliver it, as the post sees it.

    `office`: of which office it is now, wherever in it; `where`: on its shelf ("shelf"), or with the agency, in a bag,
    with a courier, under inquiry, or gone. `visits` counts failed ones, `calls` those that the couriers made. `since`
    is the number of the working day on which the present state began.
    """

    result: Result
    number: str
    placed: bool
    home: str
    state: str = "registered"
    where: str = AGENCY
    office: str = ""
    visits: int = 0
    calls: int = 0
    reason: str = ""
    since: int = 0
    reached_office: int = -1
    delivered_on: date | None = None
    to_counter: bool = False
    done: set[str] = field(default_factory=set)

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in FINAL

    @property
    def misread(self) -> bool:
        """Whether the post took its address for a place in another ward, which only a visit can show."""
        return self.home != self.result.addressee.ward.office

    @property
    def back(self) -> str:
        """The code of the office that serves the point it came from."""
        return self.result.point.ward.office

    def once(self, deed: str) -> bool:
        """Whether `deed` is still to be done; asked a second time it is not."""
        if deed in self.done:
            return False
        self.done.add(deed)
        return True


class Ledger:
    """All tracks, by number. The feeds are read by one thread at a time.

    The one thing that no feed tells: `at_counter` holds the numbers that were brought to an office's counter, and not
    collected by a courier.
    """

    def __init__(self) -> None:
        self.tracks: dict[str, Track] = {}
        self.at_counter: set[str] = set()
        self.day_number = 0
        self.reasons: set[str] = set()
        self._after: dict[str, str] = {}
        self._lock = threading.Lock()

    def add(self, track: Track) -> None:
        """Begin to follow a result that was registered."""
        with self._lock:
            self.tracks[track.number] = track

    def feed_path(self, agency: str) -> str:
        """Where an agency's feed goes on."""
        return self._after.get(agency, "/api/v1/events?after=0&limit=500")

    def learn(self, agency: str, page: Mapping[str, object]) -> int:
        """Read a page of an agency's feed; says how many events it had."""
        events = page["items"]
        assert isinstance(events, list)
        for event in events:
            self._happened(event)
        self._after[agency] = str(page["next"])
        return len(events)

    def open(self) -> list[Track]:
        """What is not final yet."""
        return [track for track in self.tracks.values() if not track.final]

    def on_shelf(self, office: str) -> list[Track]:
        """What should lie in an office, on its shelf or at its counter."""
        return [track for track in self.tracks.values() if track.where == "shelf" and track.office == office]

    def _happened(self, event: Mapping[str, object]) -> None:
        track = self.tracks.get(str(event["code"]))
        if track is None:
            return
        details = event["details"]
        assert isinstance(details, dict)
        name, state = str(event["event"]), str(event["state"])
        if state != track.state:
            track.state, track.since = state, self.day_number
        if name == "attempt.failed":
            track.reason = str(details.get("reason", ""))
            self.reasons.add(track.reason)
            track.visits += details.get("kind") == "visit"
        elif name == "incident.opened":
            self.reasons.add(str(details.get("kind", "")).upper())
        elif name == "item.delivered":
            occurred = datetime.fromisoformat(str(event["occurred_at"]))
            track.delivered_on = occurred.astimezone(VIETNAM).date()
            track.to_counter = details.get("to") == "counter"
        self._moved(track, name)

    def _moved(self, track: Track, name: str) -> None:
        match name:
            case "item.accepted":
                track.where = "shelf" if track.number in self.at_counter else COURIER
                track.office = track.back
            case "item.departed":
                # A bag leads to where the item is delivered, or back to the office that serves its agency.
                track.where, track.office = BAG, track.back if track.state == "returning" else track.home
            case "item.arrived" | "item.at_delivery_office" | "item.back_at_office" | "incident.closed":
                track.where = "shelf"
            case "item.out_for_delivery":
                track.where = COURIER
            case "incident.opened":
                track.where = INQUIRY
            case "item.delivered" | "item.returned" | "item.cancelled":
                track.where = GONE
            case _:
                pass
        if track.state == "lost":
            track.where = GONE
        if track.state == "at_office" and track.reached_office < 0:
            track.reached_office = self.day_number
        if name in ("item.at_delivery_office", "item.back_at_office"):
            track.office = track.home


def links_in(messages: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """The newest link token that each phone (E.164) was sent."""
    links: dict[str, str] = {}
    for message in messages:
        found = _LINK.search(str(message.get("body", "")))
        if found is not None:
            links[str(message["to"])] = found[1]
    return links
