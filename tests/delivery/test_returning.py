"""Returns: they start only when every condition holds, travel with a holder, and end with the agency's signature."""

from datetime import date

import pytest

from delivery import acceptance, bags, returning
from delivery.errors import NotFound, Refused
from delivery.paper.proofs import return_proof
from delivery.rules.reasons import Reason
from delivery.rules.returns import Ground
from delivery.rules.states import Happening, State
from delivery.store.items import Holder, HolderKind, Placed
from delivery.store.queries.items import locked_by_number
from delivery.store.queries.returns import return_conditions
from delivery.wiring import Wiring
from tests.conftest import HandClock
from tests.delivery.made_items import made_items
from tests.delivery.made_rounds import CLERK, Post
from tests.factories import Town

P1 = ("H29", "P1")


@pytest.fixture
def post(wiring: Wiring, town: Town, clock: HandClock) -> Post:
    """Sài Gòn's office on a Monday at eight."""
    return Post(wiring, town, clock)


def _refused(post: Post, count: int = 1) -> list[str]:
    """Items refused at the door, scanned back, their return started."""
    numbers = post.out(count)
    for number in numbers:
        post.fail(number, Reason.REFUSED)
    post.back(numbers)
    assert post.sweep()["returns"] == count
    return numbers


def _manifest(post: Post, point: tuple[str, str] = P1) -> str:
    with post.wiring.work(CLERK) as unit:
        made = returning.make_manifest(unit, point_id=post.town.points[point], office_id=post.office)
        return made.number


def _sign(post: Post, manifest: str, numbers: list[str] | None = None, agency: str = "H29") -> list[str]:
    """The agency signs; gives the numbers still open on the manifest."""
    with post.wiring.work("client:live_h29main") as unit:
        signed = returning.sign(unit, agency_id=post.town.agencies[agency], manifest_number=manifest, numbers=numbers)
        return sorted(line.item.number for line in signed.items if line.signed_at is None)


def test_an_item_held_in_vain_goes_back_after_two_proven_invitations_and_the_whole_hold(post: Post) -> None:
    """The main promise to the agency: not before the law's floor, and not a day after the conditions hold."""
    number = post.held()
    post.receipts()
    started = None
    for _ in range(20):
        post.clock.set(8, days=1)
        if post.sweep()["returns"]:
            with post.wiring.work(CLERK) as unit:
                started = unit.today
            break
        post.receipts()
    assert started == date(2026, 12, 16)
    assert len([row for row in post.invitations(number) if row.proof]) == 2
    last = post.events(number)[-1]
    assert (last.kind, last.data) == (Happening.RETURN_STARTED, {"ground": "not_collected"})
    assert post.item(number).holder == Holder(HolderKind.OFFICE, post.office)


def test_without_proven_invitations_nothing_goes_back_however_long_it_waits(post: Post) -> None:
    """The conditions name what is missing, for the clerk who must do it."""
    number = post.held(phone=False)
    post.clock.set(8, days=40)
    touched = post.sweep()
    assert (touched["expired"], touched["returns"]) == (1, 0)
    with post.wiring.work(CLERK) as unit:
        conditions = return_conditions(unit, post.item(number))
    assert conditions.ground is Ground.NOT_COLLECTED
    assert not conditions.met


def test_a_refused_item_goes_back_at_once_when_it_is_scanned_in(post: Post) -> None:
    """It lies with the courier until then, so nothing can start before."""
    (number,) = post.out()
    post.fail(number, Reason.REFUSED)
    assert post.sweep()["returns"] == 0
    post.back([number])
    assert post.sweep()["returns"] == 1
    assert post.events(number)[-1].data == {"ground": "refused"}


def test_a_wrong_address_goes_back_when_nobody_mended_it_in_time(post: Post) -> None:
    """Ten working days after the visit, not one earlier."""
    (number,) = post.out()
    post.fail(number, Reason.ADDRESS_INCORRECT)
    post.back([number])
    post.clock.set(8, days=14)
    assert post.sweep()["returns"] == 0
    post.clock.set(8, days=1)
    assert post.sweep()["returns"] == 1
    assert post.events(number)[-1].data == {"ground": "no_address"}


def test_a_policy_that_waits_for_no_address_sends_back_at_once(post: Post) -> None:
    """Zero days of waiting are zero days."""
    post.policy(address_wait_days=0)
    (number,) = post.out()
    post.fail(number, Reason.MOVED)
    post.back([number])
    assert post.sweep()["returns"] == 1


def test_what_no_address_was_ever_found_for_goes_back_too(post: Post) -> None:
    """An item in review since it was accepted has a deadline like any other."""
    with post.wiring.work(CLERK) as unit:
        (item,) = made_items(unit, post.town, 1, placed=Placed.REVIEW)
        number = item.number
    with post.wiring.work(CLERK) as unit:
        acceptance.accept(
            unit, post.wiring.books, point_id=post.town.points[P1], numbers=[number], office_id=post.office
        )
    post.clock.set(8, days=14)
    assert post.sweep()["returns"] == 0
    post.clock.set(8, days=1)
    assert post.sweep()["returns"] == 1


def test_a_recalled_item_goes_back_from_the_shelf_and_its_addressee_is_told(post: Post) -> None:
    """The agency's word is enough; the citizen must not wait for a courier who will not come."""
    number = post.one()
    post.recall(number)
    assert post.sweep()["returns"] == 1
    assert post.events(number)[-1].data == {"ground": "recalled"}
    assert post.texts(number)[-1] == "recalled"


def test_the_agency_signs_for_each_item_and_the_addressee_learns_where_it_is(post: Post) -> None:
    """The signature ends the post's custody: holder, receipt and message in one breath."""
    (number,) = _refused(post)
    manifest = _manifest(post)
    assert _sign(post, manifest) == []
    item = post.item(number)
    assert item.state is State.RETURNED
    assert item.holder == Holder(HolderKind.AGENCY, post.town.points[P1])
    assert post.events(number)[-1].data["receipt"] == manifest
    assert post.texts(number)[-1] == "returned"


def test_what_the_agency_does_not_sign_for_stays_open_and_named(post: Post) -> None:
    """A bundle with one envelope missing must not hide it."""
    first, second, third = _refused(post, 3)
    manifest = _manifest(post)
    assert _sign(post, manifest, [second]) == [first, third]
    assert _sign(post, manifest, [second]) == [first, third], "signing again changes nothing"
    with post.wiring.work(CLERK) as unit:
        (open_one,) = returning.open_manifests(unit, agency_id=post.town.agencies["H29"])
        assert (open_one.number, open_one.signed_at) == (manifest, None)
    assert _sign(post, manifest) == []
    with post.wiring.work(CLERK) as unit:
        assert returning.open_manifests(unit, agency_id=post.town.agencies["H29"]) == []


def test_no_agency_signs_anothers_manifest_nor_for_items_that_are_not_on_it(post: Post) -> None:
    """Another agency's list is as unknown as one that does not exist."""
    _refused(post)
    manifest = _manifest(post)
    with pytest.raises(NotFound):
        _sign(post, manifest, agency="H30")
    stranger = post.one()
    with pytest.raises(Refused, match=stranger):
        _sign(post, manifest, [stranger])


def test_an_item_stands_on_one_open_manifest_only(post: Post) -> None:
    """Two clerks who both make the list make one list."""
    _refused(post)
    _manifest(post)
    with pytest.raises(Refused, match="Nothing waits"):
        _manifest(post)


def test_an_item_whose_point_another_office_serves_travels_there_in_a_bag(post: Post) -> None:
    """It is returning all the way, and always somebody has it."""
    (number,) = post.shelved(1, point=("H29", "P2"))
    post.recall(number)
    post.sweep()
    with pytest.raises(Refused, match="served by"):
        _manifest(post, ("H29", "P2"))
    with post.wiring.work(CLERK) as unit:
        (bag,) = bags.pack(unit, office_id=post.office)
    assert post.item(number).holder == Holder(HolderKind.BAG, bag.id)
    with post.wiring.work(CLERK) as unit:
        bags.open_bag(unit, number=bag.number, office_id=post.town.tan_dinh, seal_intact=True)
        made = returning.make_manifest(unit, point_id=post.town.points["H29", "P2"], office_id=post.town.tan_dinh)
        assert [line.item.number for line in made.items] == [number]


def test_the_proof_shows_what_was_tried_and_prints(post: Post) -> None:
    """The agency files it with the dossier: conditions with their days, visits, invitations, the receipt."""
    number = post.held()
    for _ in range(20):
        post.receipts()
        post.clock.set(8, days=1)
        if post.sweep()["returns"]:
            break
    with pytest.raises(Refused), post.wiring.work(CLERK) as unit:
        returning.proof_of(unit, post.item(post.one()))
    _sign(post, _manifest(post))
    post.clock.set(8, days=3)
    with post.wiring.work(CLERK) as unit:
        proof = returning.proof_of(unit, locked_by_number(unit, number))
    assert [attempt.counts for attempt in proof.attempts] == [True, True]
    assert len(proof.invitations) == 2
    assert proof.receipt is not None
    assert len(proof.conditions) == 6
    assert return_proof(proof).startswith(b"%PDF")
