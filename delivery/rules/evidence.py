"""What makes the custody log tamper-evident: canonical JSON, commitments to personal data, the chain of hashes.

Needs the standard library only, so that the published verifier can be these very functions.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"

GENESIS = bytes(32)
"""What the first event of an item follows: 32 zero bytes."""

LEAST_SALT = 16
_GREATEST_WHOLE_NUMBER = 2**53 - 1


@dataclass(frozen=True, kw_only=True)
class ChainedEvent:
    """One event of one item as recorded: its body, which holds `seq`, and the hash stored with it (32 bytes)."""

    seq: int
    body: Mapping[str, Json]
    hash: bytes


def canonical(value: Json) -> bytes:
    """The one way to write `value` as JSON: sorted ASCII keys, no spaces, UTF-8.

    The subset of RFC 8785 on which all JSON libraries agree: no floats, no whole number beyond 2**53 - 1, ASCII keys.
    Raises TypeError or ValueError for anything else, naming where it stands.
    """
    _refuse_ambiguous(value, "$")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain).encode()


def commitment(salt: bytes, value: Json) -> str:
    """SHA-256(salt ‖ canonical value) in hex: proves a value later, and says nothing once the salt is erased.

    `salt` is at least 16 random bytes, kept beside the value and never in the event.
    """
    if len(salt) < LEAST_SALT:
        raise ValueError(f"A salt of {len(salt)} bytes lets the value be guessed: take at least {LEAST_SALT}.")
    return hashlib.sha256(salt + canonical(value)).hexdigest()


def link_hash(previous: bytes, event: Mapping[str, Json]) -> bytes:
    """SHA-256(previous ‖ canonical event), 32 bytes; `previous` is GENESIS for an item's first event."""
    if len(previous) != len(GENESIS):
        raise ValueError(f"The hash before has {len(previous)} bytes, not {len(GENESIS)}.")
    return hashlib.sha256(previous + canonical(event)).digest()


def verify_chain(events: Iterable[ChainedEvent]) -> list[str]:
    """What is wrong with one item's events, in the order recorded; an empty list when nothing is.

    Checks that sequence numbers run 1, 2, 3, … inside and outside the body, and that each hash follows from the one
    stored before it, so that one change is reported once.
    """
    faults: list[str] = []
    previous = GENESIS
    for expected, event in enumerate(events, start=1):
        if event.seq != expected:
            faults.append(f"Event {expected} is numbered {event.seq}.")
        if event.body.get("seq") != event.seq:
            faults.append(f"Event {expected}: its body says number {event.body.get('seq')}, its row {event.seq}.")
        try:
            true_hash = link_hash(previous, event.body)
        except (TypeError, ValueError) as unreadable:
            faults.append(f"Event {expected} cannot be hashed: {unreadable}")
        else:
            if true_hash != event.hash:
                faults.append(f"Event {expected} does not follow from the one before: its hash differs.")
        previous = event.hash
    return faults


def instant_text(instant: datetime) -> str:
    """An instant inside an event: UTC, microseconds always written, `2026-03-10T02:00:00.000000Z`."""
    if instant.tzinfo is None:
        raise ValueError("An event's instant needs a time zone.")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _refuse_ambiguous(value: object, where: str) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, int):
        if abs(value) > _GREATEST_WHOLE_NUMBER:
            raise ValueError(f"{where} is beyond 2**53 - 1: write it as text.")
    elif isinstance(value, Mapping):
        for key, held in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise TypeError(f"{where} has a key that is not ASCII text: {key!r}.")
            _refuse_ambiguous(held, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for index, held in enumerate(value):
            _refuse_ambiguous(held, f"{where}[{index}]")
    else:
        raise TypeError(f"{where} is a {type(value).__name__}, which canonical JSON does not hold.")


def _plain(value: object) -> dict[str, Json]:
    """json writes dicts only; other mappings become one."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"A {type(value).__name__} cannot be written as JSON.")
