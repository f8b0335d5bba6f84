"""A bank's statement is taken in row by row: each credit once, whether the hook told of it before or not."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from delivery.errors import Refused
from delivery.money.banking import Received, receive, reused
from delivery.rules.bank_statements import BankStatement, Fault, Row
from delivery.rules.transfers import Notice
from delivery.store.treasury import TransferState
from delivery.store.work import Work

Opening = Callable[[], AbstractContextManager[Work]]
"""Opens a unit of work of whoever imports: one a row, so that no item stays locked while a long file is read."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a row, or would: it was received, or refused."""

    line: int
    notice: Notice
    received: Received | None = None
    refused: Refused | None = None


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of a file. `others` counts rows that are no credits."""

    outcomes: tuple[Outcome, ...]
    faults: tuple[Fault, ...]
    others: int

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """The rows that contradict what was told before."""
        return tuple(outcome for outcome in self.outcomes if outcome.refused is not None)

    @property
    def known(self) -> int:
        """How many credits had been told before."""
        return sum(1 for each in self.outcomes if each.received is not None and not each.received.fresh)

    @property
    def fresh(self) -> dict[TransferState, int]:
        """How many credits are new, by what became of them."""
        counts = dict.fromkeys(TransferState, 0)
        for outcome in self.outcomes:
            if outcome.received is not None and outcome.received.fresh:
                counts[outcome.received.state] += 1
        return counts

    @property
    def is_whole(self) -> bool:
        """Whether every credit was read and none contradicts."""
        return not self.faults and not self.refused


def take_statement(opening: Opening, statement: BankStatement) -> Imported:
    """Receive each credit of a statement. The same file again makes no new transfer."""
    return _imported(statement, (_taken(opening, row) for row in statement.rows))


def foresee_statement(opening: Opening, statement: BankStatement) -> Imported:
    """What `take_statement` would do now; nothing is kept.

    Rows are tried one by one: of two credits for one item both read as paying it.
    """
    return _imported(statement, _tried(opening, statement.rows))


def _imported(statement: BankStatement, outcomes: Iterable[Outcome]) -> Imported:
    return Imported(outcomes=tuple(outcomes), faults=statement.faults, others=statement.others)


def _taken(opening: Opening, row: Row) -> Outcome:
    try:
        with opening() as unit:
            return Outcome(line=row.line, notice=row.notice, received=receive(unit, row.notice, told_by="statement"))
    except Refused as refusal:
        return Outcome(line=row.line, notice=row.notice, refused=refusal)


def _tried(opening: Opening, rows: Iterable[Row]) -> Iterator[Outcome]:
    tried: dict[str, Outcome] = {}
    for row in rows:
        before = tried.get(row.notice.bank_reference)
        if before is None:
            tried[row.notice.bank_reference] = outcome = _tried_alone(opening, row)
        elif before.received is not None and before.notice.amount == row.notice.amount:
            outcome = replace(before, line=row.line, received=replace(before.received, fresh=False))
        else:
            outcome = Outcome(line=row.line, notice=row.notice, refused=reused())
        yield outcome


def _tried_alone(opening: Opening, row: Row) -> Outcome:
    try:
        with opening() as unit, unit.session.begin_nested() as trial:
            received = receive(unit, row.notice, told_by="statement")
            trial.rollback()
            return Outcome(line=row.line, notice=row.notice, received=received)
    except Refused as refusal:
        return Outcome(line=row.line, notice=row.notice, refused=refusal)
