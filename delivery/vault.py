"""Seals and opens personal data. Every opening names a reason and is recorded (contracts C39).

A person's data lie under that person's own data key (AES-256-GCM), bound to
table, column and row, so that a sealed value copied elsewhere does not open. The
data key is wrapped under a master key; rotating master keys re-wraps data keys,
and erasing a person deletes the data key. Neither touches the event log.
"""

import hmac
import json
import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, update

from delivery.errors import Refused
from delivery.rules.evidence import commitment
from delivery.store.address_book import HandOver
from delivery.store.base import new_id
from delivery.store.people import Addressee, Commitment, Opening, Subject
from delivery.store.work import Work

_NONCE = 12
_STREET_WORDS = 8


class Reason(StrEnum):
    """Why sealed data are opened."""

    LABEL = "label"
    PLAN = "plan"
    DELIVERY = "delivery"
    MESSAGE = "message"
    REVIEW = "review"
    CITIZEN = "citizen"
    COUNTER = "counter"
    AGENCY = "agency"
    EXPORT = "export"
    GEOCODE = "geocode"


@dataclass(frozen=True, kw_only=True)
class Person:
    """An addressee in the clear: never stored, never logged. `phone` is E.164; `location` is (lat, lon) in degrees."""

    name: str = field(repr=False)
    phone: str | None = field(repr=False, default=None)
    address: str = field(repr=False)
    identity_number: str | None = field(repr=False, default=None)
    location: tuple[float, float] | None = field(repr=False, default=None)


class Vault:
    """The sealed side of one unit of work. `Vault.of(unit)` gives the unit's one vault, which keeps unwrapped keys."""

    def __init__(self, unit: Work) -> None:
        self._unit = unit
        self._data_keys: dict[UUID, AESGCM] = {}

    @classmethod
    def of(cls, unit: Work) -> "Vault":
        """The one vault of this unit of work."""
        found = unit.session.info.get("vault")
        if not isinstance(found, Vault) or found._unit is not unit:
            found = unit.session.info["vault"] = cls(unit)
        return found

    def enrol(self) -> Subject:
        """A new person with a new data key."""
        data_key = os.urandom(32)
        version = self._unit.keys.current
        subject = Subject(id=new_id(), key_version=version)
        subject.wrapped_key = _seal(self._master(version), data_key, f"subjects.wrapped_key:{subject.id}")
        self._unit.session.add(subject)
        self._data_keys[subject.id] = AESGCM(data_key)
        return subject

    def seal(self, subject: Subject, column: str, row: UUID, text: str) -> bytes:
        """Seal `text` for "table.column" of `row`."""
        return _seal(self._data_key(subject), text.encode(), f"{column}:{row}")

    def open(self, subject: Subject, column: str, row: UUID, sealed: bytes, *, reason: Reason) -> str:
        """Open a sealed text and record who did so and why. Refused when the person was erased."""
        text = _open(self._data_key(subject), sealed, f"{column}:{row}").decode()
        self._record(subject, column, reason)
        return text

    def rewrap(self, subject: Subject) -> None:
        """Wrap a person's data key under the current master key."""
        version = self._unit.keys.current
        if subject.wrapped_key is None or subject.key_version == version:
            return
        place = f"subjects.wrapped_key:{subject.id}"
        data_key = _open(self._master(subject.key_version), subject.wrapped_key, place)
        subject.wrapped_key, subject.key_version = _seal(self._master(version), data_key, place), version

    def erase(self, subject: Subject) -> None:
        """Delete the data key: nothing sealed under it can be opened again, by anyone.

        Neither do keys of household and street lead on to a home that others' hand-overs still show.
        """
        subject.wrapped_key = None
        subject.erased_at = self._unit.now
        self._data_keys.pop(subject.id, None)
        session = self._unit.session
        # First of all, the person's row: whoever is learning from a hand-over has it locked, and writes a row more.
        session.flush()
        session.execute(delete(HandOver).where(HandOver.subject_id == subject.id))
        session.execute(
            update(Addressee)
            .where(Addressee.subject_id == subject.id)
            .values(address_key=os.urandom(32), street_key=None, geocoded=None)
        )

    def holds(self, subject: Subject) -> bool:
        """Whether the person still has a data key, read anew. Erasure waits until this unit ends."""
        self._unit.session.flush()
        kept = self._unit.session.get_one(Subject, subject.id, populate_existing=True, with_for_update={"read": True})
        if kept.wrapped_key is None:
            self._data_keys.pop(subject.id, None)
        return kept.wrapped_key is not None

    def commit_to(self, subject: Subject, item_id: UUID, label: str, value: str) -> str:
        """Keep `value` and a fresh salt sealed, and give the digest that an event may hold in their place."""
        salt = os.urandom(16)
        digest = commitment(salt, value)
        sealed_salt = _seal(self._data_key(subject), salt, f"commitments.salt:{digest}")
        sealed_value = _seal(self._data_key(subject), value.encode(), f"commitments.value:{digest}")
        self._unit.session.add(
            Commitment(
                digest=digest,
                item_id=item_id,
                subject_id=subject.id,
                label=label,
                value=sealed_value,
                salt=sealed_salt,
            )
        )
        return digest

    def open_commitment(self, kept: Commitment, *, reason: Reason) -> str:
        """The value behind a digest in an event."""
        value = _open(self._data_key(kept.subject), kept.value, f"commitments.value:{kept.digest}").decode()
        self._record(kept.subject, "commitments.value", reason)
        return value

    def seal_apart(self, column: str, row: str, text: str) -> bytes:
        """Seal what belongs to no one person (a stored reply, a webhook secret) under the master key itself."""
        version = self._unit.keys.current
        return version.to_bytes(2, "big") + _seal(self._master(version), text.encode(), f"{column}:{row}")

    def open_apart(self, column: str, row: str, sealed: bytes) -> str:
        """Open what `seal_apart` sealed."""
        version = int.from_bytes(sealed[:2], "big")
        return _open(self._master(version), sealed[2:], f"{column}:{row}").decode()

    def index(self, kind: str, value: str) -> bytes:
        """A blind index: equal for equal values of one kind, and worthless without the key."""
        return hmac.digest(self._unit.keys.blind, f"{kind}\0{value}".encode(), "sha256")

    def seal_person(
        self,
        person: Person,
        *,
        commune_id: int | None,
        office_id: UUID | None,
        can_sms: bool,
        street: str | None = None,
        has_door: bool = True,
    ) -> Addressee:
        """A new addressee with everything sealed and indexed. The address key joins one household's items.

        `street` is the street's name as read from the address, `has_door` whether a house or an alley was.
        """
        subject = self.enrol()
        row = Addressee(id=new_id(), subject_id=subject.id, subject=subject, can_sms=can_sms, phone_reachable=True)
        self._unit.session.add(row)
        row.name = self.seal(subject, "addressees.name", row.id, person.name)
        row.name_index = self.index("name", folded(person.name))
        row.phone = self._maybe(subject, "addressees.phone", row.id, person.phone)
        row.phone_index = self.index("phone", person.phone) if person.phone else None
        row.identity_number = self._maybe(subject, "addressees.identity_number", row.id, person.identity_number)
        row.identity_index = self.index("identity", person.identity_number) if person.identity_number else None
        self.put_address(row, person, commune_id=commune_id, street=street, has_door=has_door)
        self.put_office(row, person.phone, office_id)
        return row

    def put_address(
        self,
        row: Addressee,
        person: Person,
        *,
        commune_id: int | None,
        street: str | None = None,
        has_door: bool = True,
    ) -> None:
        """Seal a (new) address and location of an addressee; what a geocoder said of the old one is forgotten."""
        row.address = self.seal(row.subject, "addressees.address", row.id, person.address)
        row.address_key = self.index("address", f"{commune_id}|{folded(person.address)}")
        known = street is not None and commune_id is not None and folded(street)
        row.street_key = self.index("street", f"{commune_id}|{known}") if known else None
        row.has_door = has_door
        row.geocoded = row.geocoded_at = None
        spot = json.dumps(person.location) if person.location else None
        row.location = self._maybe(row.subject, "addressees.location", row.id, spot)

    def former_keys(
        self, row: Addressee, commune_id: int | None, before: Iterable[int], *, reason: Reason
    ) -> tuple[list[bytes], list[bytes]]:
        """What the keys of household and street would be under communes that were there `before` today's.

        Opens the address. The street is the run of its words that has today's key; none has when it was typed oddly.
        """
        text = folded(self.open(row.subject, "addressees.address", row.id, row.address, reason=reason))
        words = text.split()
        runs = (" ".join(words[at:end]) for at in range(len(words)) for end in range(at + 1, at + 1 + _STREET_WORDS))
        street = row.street_key and next(
            (run for run in runs if self.index("street", f"{commune_id}|{run}") == row.street_key), None
        )
        former = list(before)
        homes = [self.index("address", f"{each}|{text}") for each in former]
        return homes, [self.index("street", f"{each}|{street}") for each in former] if street else []

    def put_office(self, row: Addressee, phone: str | None, office_id: UUID | None) -> None:
        """Index the phone's last four digits for one office's counter."""
        known = phone is not None and office_id is not None
        row.phone_last4_index = self.index("last4", f"{office_id}|{phone[-4:]}") if known and phone else None

    def open_person(self, row: Addressee, *, reason: Reason) -> Person:
        """The addressee in the clear; recorded as one opening."""
        key = self._data_key(row.subject)

        def clear(column: str, sealed: bytes | None) -> str | None:
            return None if sealed is None else _open(key, sealed, f"addressees.{column}:{row.id}").decode()

        spot = clear("location", row.location)
        lat_lon = json.loads(spot) if spot else None
        self._record(row.subject, "addressees", reason)
        return Person(
            name=clear("name", row.name) or "",
            phone=clear("phone", row.phone),
            address=clear("address", row.address) or "",
            identity_number=clear("identity_number", row.identity_number),
            location=(lat_lon[0], lat_lon[1]) if lat_lon else None,
        )

    def _maybe(self, subject: Subject, column: str, row: UUID, text: str | None) -> bytes | None:
        return None if text is None else self.seal(subject, column, row, text)

    def _record(self, subject: Subject, fields: str, reason: Reason) -> None:
        self._unit.session.add(
            Opening(at=self._unit.now, actor=self._unit.actor, reason=reason, subject_id=subject.id, fields=fields)
        )

    def _master(self, version: int) -> AESGCM:
        key = self._unit.keys.masters.get(version)
        if key is None:
            raise LookupError(f"MASTER_KEYS: version {version} is missing, and data sealed under it exist.")
        return AESGCM(key)

    def _data_key(self, subject: Subject) -> AESGCM:
        known = self._data_keys.get(subject.id)
        if known is None:
            if subject.wrapped_key is None:
                raise Refused(
                    "person-erased",
                    vi="Dữ liệu cá nhân của người này đã được xóa theo yêu cầu và không mở lại được.",
                    en="This person's data were erased on request and cannot be opened again.",
                )
            place = f"subjects.wrapped_key:{subject.id}"
            known = AESGCM(_open(self._master(subject.key_version), subject.wrapped_key, place))
            self._data_keys[subject.id] = known
        return known


def folded(text: str) -> str:
    """Letters and digits only, without case or diacritics, single spaces: what blind indexes compare."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())


def _seal(key: AESGCM, clear: bytes, place: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + key.encrypt(nonce, clear, place.encode())


def _open(key: AESGCM, sealed: bytes, place: str) -> bytes:
    try:
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except InvalidTag:
        table_column = place.partition(":")[0]
        raise ValueError(f"{table_column}: the sealed value does not belong to this row or key.") from None
