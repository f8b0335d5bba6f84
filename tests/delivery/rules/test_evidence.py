"""The custody log's canonical form, its commitments and its chain."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.evidence import (
    GENESIS,
    ChainedEvent,
    Json,
    canonical,
    commitment,
    instant_text,
    link_hash,
    verify_chain,
)

KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def test_canonical_json_is_written_one_way() -> None:
    """Another program must reach the same bytes from the same facts."""
    assert canonical({"b": [1, None, True], "a": "Đường “Lê”\n", "A": {}}) == (
        '{"A":{},"a":"Đường “Lê”\\n","b":[1,null,true]}'.encode()
    )


@given(VALUES)
def test_canonical_json_reads_back_and_does_not_depend_on_order(value: Json) -> None:
    """jsonb and other languages shuffle keys; the hash must not notice."""
    written = canonical(value)
    read = json.loads(written)
    assert read == json.loads(json.dumps(value))
    assert canonical(read) == written
    if isinstance(read, dict):
        assert canonical(dict(reversed(read.items()))) == written


@pytest.mark.parametrize(
    ("value", "culprit"),
    [
        ({"a": 1.5}, "$.a is a float"),
        ({"a": [0, float("nan")]}, r"\$\.a\[1\]"),
        ({"a": 2**53}, r"2\*\*53"),
        ({1: "x"}, "key"),
        ({"é": "x"}, "key"),
        ({"a": datetime(2026, 1, 1, tzinfo=UTC)}, "datetime"),
        ({"a": b"x"}, "bytes"),
        ({"a": {"b": {1, 2}}}, r"\$\.a\.b"),
        ("\ud800", "surrogates"),
    ],
)
def test_what_two_libraries_would_write_differently_is_refused(value: Json, culprit: str) -> None:
    """Better no event than one whose hash nobody else can recompute."""
    with pytest.raises((TypeError, ValueError), match=culprit.replace("$.a is", r"\$\.a is")):
        canonical(value)


def test_a_commitment_is_the_hash_of_salt_and_value() -> None:
    """An inspector recomputes it by hand."""
    salt = bytes(range(16))
    assert commitment(salt, {"name": "A"}) == hashlib.sha256(salt + b'{"name":"A"}').hexdigest()
    assert commitment(bytes(16), {"name": "A"}) != commitment(salt, {"name": "A"})


def test_a_short_salt_is_refused() -> None:
    """Phone numbers are few: without a real salt all of them can be tried."""
    with pytest.raises(ValueError, match="16"):
        commitment(b"salt", "+84912345678")


def test_the_first_link_can_be_recomputed_with_sha256sum() -> None:
    """A fixed vector: a change of the canonical form would break every published root."""
    expected = hashlib.sha256(bytes(32) + b'{"kind":"item.registered","seq":1}').digest()
    assert link_hash(GENESIS, {"seq": 1, "kind": "item.registered"}) == expected
    with pytest.raises(ValueError, match="32"):
        link_hash(b"", {})


def _chain(length: int) -> list[ChainedEvent]:
    events: list[ChainedEvent] = []
    previous = GENESIS
    for seq in range(1, length + 1):
        body: dict[str, Json] = {"seq": seq, "kind": "item.arrived", "at": f"2026-03-{seq:02d}T00:00:00.000000Z"}
        previous = link_hash(previous, body)
        events.append(ChainedEvent(seq=seq, body=body, hash=previous))
    return events


@given(st.integers(0, 12))
def test_an_untouched_chain_has_no_faults(length: int) -> None:
    """The nightly check must be silent when all is well."""
    assert verify_chain(_chain(length)) == []


@given(length=st.integers(2, 8), data=st.data())
def test_every_touch_is_found_where_it_happened(length: int, data: st.DataObject) -> None:
    """Edited, dropped, swapped or repeated: the log must say which event."""
    chain = _chain(length)
    place = data.draw(st.integers(0, length - 2))
    event = chain[place]

    edited = replace(event, body={**event.body, "kind": "item.delivered"})
    assert verify_chain([*chain[:place], edited, *chain[place + 1 :]]) == [
        f"Event {place + 1} does not follow from the one before: its hash differs."
    ]
    rehashed = replace(edited, hash=link_hash(chain[place - 1].hash if place else GENESIS, edited.body))
    assert verify_chain([*chain[:place], rehashed, *chain[place + 1 :]]) == [
        f"Event {place + 2} does not follow from the one before: its hash differs."
    ]
    assert verify_chain([*chain[:place], *chain[place + 1 :]])
    assert verify_chain([*chain[:place], chain[place + 1], event, *chain[place + 2 :]])
    assert verify_chain([*chain[: place + 1], event, *chain[place + 1 :]])


def test_a_row_renumbered_beside_its_body_is_found() -> None:
    """The number in the row is what queries use; the one in the body is what is hashed."""
    first, second = _chain(2)
    faults = verify_chain([first, replace(second, seq=3)])
    assert faults == ["Event 2 is numbered 3.", "Event 2: its body says number 2, its row 3."]


def test_a_body_that_cannot_be_hashed_is_a_fault_and_no_crash() -> None:
    """The verifier reads exports that somebody may have damaged."""
    (first,) = _chain(1)
    faults = verify_chain([replace(first, body={"seq": 1, "weight": 0.5})])  # type: ignore[dict-item]
    assert faults == ["Event 1 cannot be hashed: $.weight is a float, which canonical JSON does not hold."]


def test_an_instant_is_always_written_with_the_same_digits() -> None:
    """isoformat drops zero microseconds, and the hash of a reread row would differ."""
    assert instant_text(datetime(2026, 3, 10, 9, tzinfo=timezone(timedelta(hours=7)))) == "2026-03-10T02:00:00.000000Z"
    with pytest.raises(ValueError, match="zone"):
        instant_text(datetime(2026, 3, 10, 9))  # noqa: DTZ001
