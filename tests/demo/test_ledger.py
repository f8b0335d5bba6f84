"""The demo's ledger: what the feeds tell is enough to say where every envelope lies."""

from datetime import date

from demo.ledger import BAG, COURIER, GONE, INQUIRY, Ledger, Track, links_in
from demo.results import make_results
from demo.world import make_world

NUMBER = "RD000000014VN"


def _page(*events: tuple[str, str, dict[str, object]]) -> dict[str, object]:
    items = [
        {"code": NUMBER, "event": event, "state": state, "details": details, "occurred_at": "2026-11-25T18:30:00Z"}
        for event, state, details in events
    ]
    return {"items": items, "next": "/api/v1/events?after=7"}


def _ledger(listed: list[str]) -> tuple[Ledger, Track]:
    result = make_results(make_world(listed, 60), date(2026, 11, 23))[0]
    track = Track(result=result, number=NUMBER, placed=True, home="BC1")
    ledger = Ledger()
    ledger.add(track)
    return ledger, track


def test_an_envelope_is_followed_from_hand_to_hand(listed: list[str]) -> None:
    """A count by what the demo believes is worth something only if it believes what was told."""
    ledger, track = _ledger(listed)
    told = (
        ("item.accepted", "accepted", COURIER, track.back),
        ("item.arrived", "accepted", "shelf", track.back),
        ("item.departed", "in_transit", BAG, "BC1"),
        ("item.at_delivery_office", "at_office", "shelf", "BC1"),
        ("item.out_for_delivery", "out_for_delivery", COURIER, "BC1"),
        ("incident.opened", "under_inquiry", INQUIRY, "BC1"),
        ("incident.closed", "at_office", "shelf", "BC1"),
        ("item.return_started", "returning", "shelf", "BC1"),
        ("item.departed", "returning", BAG, track.back),
        ("item.arrived", "returning", "shelf", track.back),
        ("item.returned", "returned", GONE, track.back),
    )
    for event, state, where, office in told:
        ledger.learn("H29", _page((event, state, {})))
        assert (track.state, track.where, track.office) == (state, where, office), event
    assert track.final
    assert not ledger.open()
    assert ledger.feed_path("H29") == "/api/v1/events?after=7"


def test_only_visits_count_as_visits_and_every_reason_is_kept(listed: list[str]) -> None:
    """A call that nobody answered is no visit, but its reason occurred."""
    ledger, track = _ledger(listed)
    ledger.learn(
        "H29",
        _page(
            ("attempt.failed", "at_office", {"kind": "contact", "reason": "WRONG_NUMBER"}),
            ("attempt.failed", "out_for_delivery", {"kind": "visit", "reason": "NOT_HOME"}),
        ),
    )
    assert (track.visits, track.reason, ledger.reasons) == (1, "NOT_HOME", {"WRONG_NUMBER", "NOT_HOME"})


def test_a_delivery_is_dated_by_viet_nams_day(listed: list[str]) -> None:
    """18:30 UTC is the next day's night in Viet Nam."""
    ledger, track = _ledger(listed)
    ledger.learn("H29", _page(("item.delivered", "delivered", {"to": "counter"})))
    assert (track.delivered_on, track.to_counter) == (date(2026, 11, 26), True)


def test_the_newest_link_that_a_phone_was_sent_is_the_one_to_open() -> None:
    """Older messages may be about an older result."""
    messages = [
        {"to": "+84900000001", "body": "Xem http://127.0.0.1:8000/t/aaaaaaaaaaaaaaaaaaaaaa"},
        {"to": "+84900000001", "body": "Xem http://127.0.0.1:8000/t/bbbbbbbbbbbbbbbbbbbbbb"},
        {"to": "+84900000002", "body": "khong co duong dan"},
    ]
    assert links_in(messages) == {"+84900000001": "bbbbbbbbbbbbbbbbbbbbbb"}
