"""Personal data open only where they were sealed, with a reason, and not after erasure."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from delivery.errors import Refused
from delivery.keys import Keys
from delivery.rules.evidence import commitment
from delivery.store.base import new_id
from delivery.store.people import Addressee, Commitment, Opening
from delivery.vault import Person, Reason, Vault, folded
from delivery.wiring import Wiring

PERSON = Person(
    name="Nguyễn Thị Đào",
    phone="+84912345678",
    address="12/3 hẻm 45 Lê Lợi, Phường Sài Gòn",
    identity_number="079300001234",
    location=(10.7765, 106.7009),
)


def test_a_person_comes_back_as_sealed_and_the_opening_is_recorded(wiring: Wiring) -> None:
    """Couriers need the address; someone must be able to ask who read it."""
    with wiring.work("staff:1") as unit:
        row = Vault.of(unit).seal_person(PERSON, commune_id=1, office_id=new_id(), can_sms=True)
    with wiring.work("staff:2") as unit:
        kept = unit.session.get_one(Addressee, row.id)
        assert Vault.of(unit).open_person(kept, reason=Reason.DELIVERY) == PERSON
    with wiring.work("staff:3") as unit:
        opening = unit.session.scalars(select(Opening)).one()
        assert (opening.actor, opening.reason, opening.subject_id) == ("staff:2", "delivery", row.subject_id)


def test_nothing_readable_reaches_the_table(wiring: Wiring) -> None:
    """A stolen backup must not name anyone."""
    with wiring.work("staff:1") as unit:
        row = Vault.of(unit).seal_person(PERSON, commune_id=1, office_id=None, can_sms=True)
        stored = b"".join(value for value in vars(row).values() if isinstance(value, bytes))
        for text in ("Nguyễn", "912345678", "Lê Lợi", "079300001234", "10.7765"):
            assert text.encode() not in stored


def test_a_value_moved_to_another_row_does_not_open(wiring: Wiring) -> None:
    """Sealing binds table, column and row: nobody swaps two people's addresses in the database."""
    with wiring.work("staff:1") as unit:
        vault = Vault.of(unit)
        subject = vault.enrol()
        here, there = new_id(), new_id()
        sealed = vault.seal(subject, "addressees.name", here, "An")
        with pytest.raises(ValueError, match="does not belong"):
            vault.open(subject, "addressees.name", there, sealed, reason=Reason.LABEL)
        with pytest.raises(ValueError, match="does not belong"):
            vault.open(subject, "addressees.address", here, sealed, reason=Reason.LABEL)


def test_blind_indexes_join_what_is_equal_and_fold_spelling(wiring: Wiring) -> None:
    """A clerk finds a person by name without diacritics; a household's envelopes travel together."""
    with wiring.work("staff:1") as unit:
        vault = Vault.of(unit)
        first = vault.seal_person(PERSON, commune_id=1, office_id=None, can_sms=True)
        again = replace(PERSON, name="NGUYEN THI DAO", address="12/3 Hẻm 45, Lê Lợi, phường Sài Gòn")
        second = vault.seal_person(again, commune_id=1, office_id=None, can_sms=True)
        elsewhere = vault.seal_person(PERSON, commune_id=2, office_id=None, can_sms=True)
        assert first.name_index == second.name_index
        assert first.address_key == second.address_key != elsewhere.address_key
        assert first.name != second.name


def test_rotation_rewraps_the_data_key_and_touches_nothing_else(wiring: Wiring) -> None:
    """Master keys change every year; a million sealed values need not."""
    keys = wiring.settings.keys
    with wiring.work("staff:1") as unit:
        row = Vault.of(unit).seal_person(PERSON, commune_id=1, office_id=None, can_sms=True)
        name = row.name
    newer = Keys(masters={**keys.masters, 2: b"n" * 32}, blind=keys.blind)
    with wiring.work("job:rotate") as unit:
        unit.keys = newer
        kept = unit.session.get_one(Addressee, row.id)
        Vault.of(unit).rewrap(kept.subject)
        assert kept.subject.key_version == 2
        assert kept.name == name
    with wiring.work("staff:1") as unit:
        unit.keys = Keys(masters={2: b"n" * 32}, blind=keys.blind)
        assert Vault.of(unit).open_person(unit.session.get_one(Addressee, row.id), reason=Reason.LABEL) == PERSON


def test_an_erased_person_cannot_be_opened_by_anyone(wiring: Wiring) -> None:
    """Erasure deletes the key, so that backups of the values are worthless too (Law 91/2025/QH15)."""
    with wiring.work("job:erase") as unit:
        row = Vault.of(unit).seal_person(PERSON, commune_id=1, office_id=None, can_sms=True)
        Vault.of(unit).erase(row.subject)
    with wiring.work("staff:1") as unit:
        kept = unit.session.get_one(Addressee, row.id)
        with pytest.raises(Refused, match="erased"):
            Vault.of(unit).open_person(kept, reason=Reason.DELIVERY)


def test_an_event_commits_to_a_value_without_holding_it(wiring: Wiring) -> None:
    """The log can prove later who received the envelope, and says nothing before."""
    with wiring.work("staff:1") as unit:
        vault = Vault.of(unit)
        subject = vault.enrol()
        digest = vault.commit_to(subject, new_id(), "receiver", "Nguyễn Thị Đào")
    with wiring.work("staff:2") as unit:
        kept = unit.session.get_one(Commitment, digest)
        assert Vault.of(unit).open_commitment(kept, reason=Reason.EXPORT) == "Nguyễn Thị Đào"
        assert digest != commitment(b"0" * 16, "Nguyễn Thị Đào")


def test_what_belongs_to_nobody_is_sealed_too(wiring: Wiring) -> None:
    """A stored reply to an agency holds names; so it is sealed under the master key."""
    with wiring.work("client:x") as unit:
        vault = Vault.of(unit)
        sealed = vault.seal_apart("idempotency_keys.reply", "a", "reply")
        assert vault.open_apart("idempotency_keys.reply", "a", sealed) == "reply"
        with pytest.raises(ValueError, match="does not belong"):
            vault.open_apart("idempotency_keys.reply", "b", sealed)


def test_folding_keeps_letters_and_digits_only() -> None:
    """Two spellings of one address fold to the same text."""
    assert folded("Đường  Nguyễn-Huệ, P.1") == folded("duong nguyen hue p 1") == "duong nguyen hue p 1"
