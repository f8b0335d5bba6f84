"""A form sent twice acts once (contracts C6)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from delivery.errors import Invalid, Refused
from delivery.store.queries.reports import once, report_named
from delivery.store.staff import ReportId
from delivery.wiring import Wiring


def _send(wiring: Wiring, report: UUID, done: list[str], actor: str = "staff:1") -> str:
    def act() -> str:
        done.append("acted")
        return f"/went/{len(done)}"

    with wiring.work(actor) as unit:
        return once(unit, report, act)


def test_the_second_sending_gets_the_first_answer_and_does_nothing(wiring: Wiring) -> None:
    """A double click, a reload, a phone that sends again after a dead spot."""
    done: list[str] = []
    report = uuid4()
    assert [_send(wiring, report, done) for _ in range(3)] == ["/went/1"] * 3
    assert done == ["acted"]


def test_what_was_refused_can_be_sent_again(wiring: Wiring) -> None:
    """Nothing happened, so the id is not used up."""
    report = uuid4()

    def refuse() -> str:
        raise Refused("no", vi="Không.", en="No.")

    with pytest.raises(Refused), wiring.work("staff:1") as unit:
        once(unit, report, refuse)
    done: list[str] = []
    assert _send(wiring, report, done) == "/went/1"


def test_two_sendings_at_the_same_instant_act_once(wiring: Wiring) -> None:
    """The second waits for the first and then finds its answer."""
    done: list[str] = []
    report, ready = uuid4(), Barrier(8)

    def send(_: int) -> str:
        ready.wait()
        return _send(wiring, report, done)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert set(answers) == {"/went/1"}
    assert done == ["acted"]
    with wiring.work("job:count") as unit:
        assert unit.session.scalar(select(func.count()).select_from(ReportId)) == 1


def test_another_persons_report_id_is_refused(wiring: Wiring) -> None:
    """An id that leaked shows nobody where its owner went."""
    report = uuid4()
    _send(wiring, report, [])
    with pytest.raises(Refused):
        _send(wiring, report, [], actor="staff:2")


@pytest.mark.parametrize("given", ["", "1", "not-an-id"])
def test_a_form_without_its_report_id_is_refused_in_words(given: str) -> None:
    """Without the id nothing tells a second sending from a second deed."""
    with pytest.raises(Invalid) as refusal:
        report_named(given)
    assert refusal.value.pointer == "/report_id"
