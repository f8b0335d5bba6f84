"""What the hand-off promises an agency: one number, one place, nothing readable, and a way back at any time."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select, text

from delivery import handoff
from delivery.errors import Invalid, Refused, Trouble
from delivery.handoff import RecallAnswer
from delivery.rules.evidence import ChainedEvent, verify_chain
from delivery.rules.states import Happening, State
from delivery.store.agencies import ApiClient
from delivery.store.events import Event
from delivery.store.items import Holder, HolderKind, Item, NextStep, Placed
from delivery.store.people import Addressee, Commitment, Subject
from delivery.store.queries.items import locked_by_number
from delivery.store.queries.money import quote_of
from delivery.store.work import Work
from delivery.vault import Reason, Vault
from delivery.wiring import Wiring
from tests.delivery.handed_in import hand_over, lead, registered
from tests.delivery.submitted import NOWHERE, SAI_GON, TAN_DINH, submission
from tests.factories import Town


def events_of(unit: Work, item: Item) -> list[Event]:
    """The item's log, in order."""
    return list(unit.session.scalars(select(Event).where(Event.item_id == item.id).order_by(Event.seq)))


def kinds_of(unit: Work, item: Item) -> list[str]:
    """What happened to it, by name."""
    return [str(event.kind) for event in events_of(unit, item)]


def faults(events: Sequence[Event]) -> list[str]:
    """What is wrong with an item's chain."""
    return verify_chain(ChainedEvent(seq=e.seq, body=e.content(), hash=e.hash) for e in events)


# --- registering


def test_a_registered_item_is_still_with_its_agency_and_knows_where_it_goes(wiring: Wiring, town: Town) -> None:
    """From the first minute each envelope has exactly one holder and one way."""
    number = registered(wiring, town)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        assert item.state is State.REGISTERED
        assert item.holder == Holder(HolderKind.AGENCY, town.points["H29", "P1"])
        assert (item.placed, item.next_step) == (Placed.PLACED, NextStep.DELIVER)
        assert (item.delivery_office_id, item.commune_id) == (town.tan_dinh, town.communes["tan_dinh"])
        assert item.policy_version == "default-1"
        assert [document.sheets for document in item.documents] == [2]


def test_nothing_readable_about_a_person_reaches_any_table(wiring: Wiring, town: Town) -> None:
    """A stolen backup must not be a list of names, phones and addresses."""
    registered(wiring, town, name="Nguyễn Bí Mật", phone="0987654321")
    with wiring.work("job:test") as unit:
        for table in ("items", "addressees", "events", "documents", "quotes", "commitments", "subjects"):
            dump = str(unit.session.execute(text(f"SELECT * FROM {table}")).all())
            for secret in ("Bí Mật", "987654321", "Trần Quang Khải"):
                assert secret not in dump, table


def test_the_first_event_commits_to_the_person_and_the_chain_verifies(wiring: Wiring, town: Town) -> None:
    """It can be proved later for whom an envelope was handed over, and the log names nobody."""
    number = registered(wiring, town)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        (event,) = events_of(unit, item)
        kept = unit.session.get_one(Commitment, event.data["addressee"])
        told = json.loads(Vault.of(unit).open_commitment(kept, reason=Reason.AGENCY))
        assert told["name"] == "Trần Thị Thử"
        assert event.actor == "client:live_h29main"
        assert faults([event]) == []


def test_the_office_finds_the_item_by_the_end_of_the_phone_number(wiring: Wiring, town: Town) -> None:
    """At the counter people give their last four digits."""
    registered(wiring, town)
    with wiring.work("job:test") as unit:
        wanted = Vault.of(unit).index("last4", f"{town.tan_dinh}|5678")
        assert unit.session.scalars(select(Addressee).where(Addressee.phone_last4_index == wanted)).one()


@pytest.mark.parametrize(("phone", "can_sms"), [("0912345678", True), ("028 3822 1234", False), (None, False)])
def test_a_landline_or_no_phone_is_taken_and_gets_no_sms(
    wiring: Wiring, town: Town, phone: str | None, can_sms: bool
) -> None:
    """Old people have no mobile: they are called or get a letter."""
    number = registered(wiring, town, phone=phone)
    with wiring.work("job:test") as unit:
        assert locked_by_number(unit, number).addressee.can_sms is can_sms


@pytest.mark.parametrize("location", [None, (10.79, 106.69)])
def test_a_location_is_kept_only_when_it_was_given(
    wiring: Wiring, town: Town, location: tuple[float, float] | None
) -> None:
    """A made-up point would send the courier to a stranger's door."""
    number = registered(wiring, town, location=location)
    with wiring.work("job:test") as unit:
        person = Vault.of(unit).open_person(locked_by_number(unit, number).addressee, reason=Reason.PLAN)
        assert (person.location, person.address) == (location, TAN_DINH)


def test_an_address_that_cannot_be_placed_waits_with_a_date(wiring: Wiring, town: Town) -> None:
    """It is never dispatched on a guess, and never waits without end."""
    number = registered(wiring, town, address=NOWHERE)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        assert (item.placed, item.next_step, item.delivery_office_id) == (Placed.REVIEW, NextStep.ADDRESS, None)
        assert str(item.address_until) == "2026-12-14"
        assert not item.addressee.has_door
        assert kinds_of(unit, item) == ["item.registered", "item.address_unresolved"]


def test_a_commune_without_an_office_waits_in_review_too(wiring: Wiring, town: Town) -> None:
    """A sure commune is no place to go to while nobody delivers there."""
    number = registered(wiring, town, address="1 Trần Phú, Phường Bình Tân, Thành phố Hồ Chí Minh")
    with wiring.work("job:test") as unit:
        assert locked_by_number(unit, number).placed is Placed.REVIEW


def test_bad_rows_leave_nothing_behind_and_good_ones_are_taken(wiring: Wiring, town: Town) -> None:
    """A row that was refused must not leave a sealed person nobody knows of."""
    rows = [
        submission("A-1"),
        submission("A-2", point="P9"),
        submission("A-1"),
        submission("A-1", weight_g=200),
        submission("A-3", weight_g=29_999),
        submission("A-4"),
    ]
    with wiring.work("client:x") as unit:
        outcomes = handoff.register_many(
            unit, wiring.matcher, wiring.books, agency_id=town.agencies["H29"], submissions=rows
        )
    told = [one.code if isinstance(one, Trouble) else "again" if one.repeated else "new" for one in outcomes]
    assert told == ["new", "handover-point-unknown", "again", "reference-taken", "too-heavy", "new"]
    with wiring.work("job:test") as unit:
        for table in (Item, Addressee, Subject, Commitment):
            assert unit.session.scalar(select(func.count()).select_from(table)) == 2


def test_the_same_reference_may_live_in_another_agency_and_in_another_world(wiring: Wiring, town: Town) -> None:
    """Agencies number for themselves, and a sandbox must not block the live numbers."""
    registered(wiring, town)
    with wiring.work("job:test") as unit:
        sandbox = unit.session.get_one(ApiClient, town.clients["test"]).world_id
    with wiring.work("client:test_h29sandbox", sandbox) as unit:
        assert not hand_over(unit, wiring, town, submission()).repeated
    with wiring.work("client:live_h30main") as unit:
        other = handoff.register(
            unit, wiring.matcher, wiring.books, agency_id=town.agencies["H30"], submission=submission()
        )
        assert not other.repeated


# --- recalling


@pytest.mark.parametrize(
    ("steps", "answer"),
    [
        ([], RecallAnswer.CANCELLED),
        (["accepted"], RecallAnswer.ACCEPTED),
        (["accepted", "departed"], RecallAnswer.ACCEPTED),
        (["accepted", "departed", "at_office"], RecallAnswer.ACCEPTED),
        (["accepted", "departed", "at_office", "out"], RecallAnswer.PENDING),
        (["accepted", "departed", "at_office", "held"], RecallAnswer.ACCEPTED),
        (["accepted", "incident"], RecallAnswer.PENDING),
        (["accepted", "return"], RecallAnswer.ACCEPTED),
        (["accepted", "return", "returned"], RecallAnswer.TOO_LATE),
        (["accepted", "departed", "at_office", "out", "delivered"], RecallAnswer.TOO_LATE),
    ],
)
def test_a_recall_is_answered_in_every_state_and_twice_alike(
    wiring: Wiring, town: Town, steps: list[str], answer: RecallAnswer
) -> None:
    """The agency must know at once whether it can still stop a wrong certificate (contracts C14)."""
    number = registered(wiring, town)
    agency = town.agencies["H29"]
    with wiring.work("job:test") as unit:
        lead(unit, town, locked_by_number(unit, number), steps)
    for _ in range(2):
        with wiring.work("client:x") as unit:
            assert handoff.recall(unit, agency_id=agency, number=number) is answer
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        asked = kinds_of(unit, item).count("item.recall_requested")
        blocked = answer in (RecallAnswer.ACCEPTED, RecallAnswer.PENDING) and "return" not in steps
        assert asked == (1 if blocked else 0)
        assert (item.recalled_at is not None) is (blocked or answer is RecallAnswer.CANCELLED)
        if blocked:
            assert item.next_step is NextStep.RETURN


# --- correcting an address


def correct(wiring: Wiring, number: str, address: str = TAN_DINH, **more: Any) -> None:
    """Correct it as a clerk does."""
    with wiring.work("staff:clerk") as unit:
        handoff.correct_address(
            unit, wiring.matcher, wiring.books, agency_id=None, number=number, address=address, **more
        )


def test_a_corrected_item_leaves_review_with_a_price_and_an_office(wiring: Wiring, town: Town) -> None:
    """From here it goes its way like any other."""
    number = registered(wiring, town, address=NOWHERE)
    correct(wiring, number)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        assert (item.placed, item.next_step, item.address_until) == (Placed.PLACED, NextStep.DELIVER, None)
        assert item.delivery_office_id == town.tan_dinh
        price = quote_of(unit, item.id)
        assert price is not None
        assert price.frozen_at is None
        events = events_of(unit, item)
        assert events[-1].kind is Happening.RESCHEDULED
        assert faults(events) == []
        wanted = Vault.of(unit).index("last4", f"{town.tan_dinh}|5678")
        assert (item.addressee.phone_last4_index, item.addressee.has_door) == (wanted, True)
        assert Vault.of(unit).open_person(item.addressee, reason=Reason.LABEL).address == TAN_DINH


def test_an_accepted_item_gets_its_price_frozen_when_it_is_first_placed(wiring: Wiring, town: Town) -> None:
    """Acceptance could not price it: there was no destination."""
    number = registered(wiring, town, address=NOWHERE)
    with wiring.work("job:test") as unit:
        lead(unit, town, locked_by_number(unit, number), ["accepted"])
    correct(wiring, number)
    with wiring.work("job:test") as unit:
        item = locked_by_number(unit, number)
        price = quote_of(unit, item.id)
        assert price is not None
        assert price.frozen_at is not None
        assert item.state is State.ACCEPTED


def test_an_item_placed_where_it_already_lies_is_at_its_delivery_office(wiring: Wiring, town: Town) -> None:
    """No bag would ever carry it there: it would lie on the shelf for ever."""
    number = registered(wiring, town, address=NOWHERE)
    with wiring.work("job:test") as unit:
        lead(unit, town, locked_by_number(unit, number), ["accepted"])
    correct(wiring, number, SAI_GON)
    with wiring.work("job:test") as unit:
        assert locked_by_number(unit, number).state is State.AT_OFFICE


def test_a_person_may_choose_the_commune_that_a_text_leaves_open(wiring: Wiring, town: Town) -> None:
    """A clerk who knows the house need not know the matcher's grammar."""
    number = registered(wiring, town, address=NOWHERE)
    correct(wiring, number, NOWHERE, commune_id=town.communes["sai_gon"])
    with wiring.work("job:test") as unit:
        assert locked_by_number(unit, number).delivery_office_id == town.sai_gon


@pytest.mark.parametrize(
    ("address", "commune", "code"),
    [("gần chợ", None, "address-undecided"), (TAN_DINH, 0, "commune-without-office")],
)
def test_a_correction_that_leads_nowhere_is_refused(
    wiring: Wiring, town: Town, address: str, commune: int | None, code: str
) -> None:
    """Whoever corrects is told what to add, and the old state stays."""
    number = registered(wiring, town, address=NOWHERE)
    with pytest.raises(Invalid) as refusal:
        correct(wiring, number, address, commune_id=commune)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (["accepted", "departed", "at_office", "held"], "item-at-counter"),
        (["accepted", "return"], "move-not-allowed"),
        (["accepted", "departed", "at_office", "out", "delivered"], "move-not-allowed"),
        (["accepted", "incident"], "move-not-allowed"),
    ],
)
def test_an_address_is_not_changed_where_it_would_do_nothing(
    wiring: Wiring, town: Town, steps: list[str], code: str
) -> None:
    """A silent change would let the agency believe that the item goes there."""
    number = registered(wiring, town)
    with wiring.work("job:test") as unit:
        lead(unit, town, locked_by_number(unit, number), steps)
    with pytest.raises(Refused) as refusal:
        correct(wiring, number, SAI_GON)
    assert refusal.value.code == code
    with wiring.work("job:test") as unit:
        assert locked_by_number(unit, number).delivery_office_id == town.tan_dinh


def test_a_recalled_item_gets_no_new_address(wiring: Wiring, town: Town) -> None:
    """It goes back, whatever its address."""
    number = registered(wiring, town)
    with wiring.work("job:test") as unit:
        lead(unit, town, locked_by_number(unit, number), ["accepted"])
        handoff.recall(unit, agency_id=town.agencies["H29"], number=number)
    with pytest.raises(Refused, match="is to go back"):
        correct(wiring, number)
