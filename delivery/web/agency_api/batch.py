"""Many results at once, as JSON Lines: each line for itself, and the bad ones named."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from delivery import handoff
from delivery.errors import Trouble
from delivery.rules.codes import LAST_SERIAL, S10, make_s10
from delivery.rules.submissions import Submission
from delivery.store.queries.handed import reserve_numbers
from delivery.store.work import Work
from delivery.web import problems
from delivery.web.agency_api.calls import Answer, Call, read_json
from delivery.web.agency_api.items import api
from delivery.web.agency_api.replies import BatchOut, ProblemOut, RowOut, WarningOut
from delivery.web.agency_api.schemas import BatchQuery, SubmissionIn
from delivery.web.problems import Problem
from delivery.web.wired import wiring

MOST_ROWS = 10_000
LONGEST_ROW = 64 * 1024
JSON_LINES = ("application/jsonl", "application/x-ndjson", "application/json-lines")
# Numbers of a dry run: rolled back, and never of the range that items are numbered from.
REHEARSAL = "ZZ"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the batch that is not blank: read, or with what is wrong."""

    line: int
    submission: Submission | None = None
    problem: Problem | None = None


@api.endpoint(
    "POST",
    "/items:batch",
    scope="items:write",
    body=SubmissionIn,
    media=JSON_LINES,
    query=BatchQuery,
    reply=BatchOut,
    statuses=(207,),
    refusals=(400, 409, 422),
    keyed=True,
)
def create_items(call: Call[bytes]) -> Answer:
    """Hand many results over, one JSON object a line, 10,000 lines at most.

    Good lines are registered, bad ones are named by line with a problem of their own. A line that was registered
    before with the same content answers 200, so the same file sent again makes no new item. An address in review is
    a warning. With `dry_run` everything is checked and nothing is kept.
    """
    query = call.query
    assert isinstance(query, BatchQuery)
    lines = read_lines(call.body)
    good = [line.submission for line in lines if line.submission is not None]
    outcomes = iter(_rehearse(call, good) if query.dry_run else _register(call, good))
    results = [_row(line, next(outcomes) if line.problem is None else line.problem, query.dry_run) for line in lines]
    accepted = sum(result.problem is None for result in results)
    body = BatchOut(dry_run=query.dry_run, accepted=accepted, rejected=len(results) - accepted, results=results)
    return Answer(body=body, status=207)


def read_lines(sent: bytes) -> list[Line]:
    """Every line that is not blank. Raises Problem when the whole of it is unusable."""
    rows = [(number, row) for number, row in enumerate(sent.split(b"\n"), 1) if row.strip()]
    if not rows:
        raise Problem(
            422,
            "batch-empty",
            vi="Tệp không có dòng nào. Gửi mỗi kết quả trên một dòng JSON.",
            en="The batch has no lines. Send each result as one line of JSON.",
        )
    if len(rows) > MOST_ROWS:
        raise Problem(
            422,
            "batch-too-long",
            vi=f"Tệp có {len(rows)} dòng, nhiều nhất là {MOST_ROWS}. Hãy chia nhỏ rồi gửi từng phần.",
            en=f"The batch has {len(rows)} lines and may have {MOST_ROWS}. Split it and send the parts.",
            facts={"lines": len(rows), "most": MOST_ROWS},
        )
    return [_read(number, row) for number, row in rows]


def _read(number: int, row: bytes) -> Line:
    if len(row) > LONGEST_ROW:
        vi, en = f"Dòng dài quá {LONGEST_ROW} byte.", f"The line is longer than {LONGEST_ROW} bytes."
        return Line(line=number, problem=Problem(413, "row-too-long", vi=vi, en=en))
    try:
        read = read_json(SubmissionIn, row)
        assert isinstance(read, SubmissionIn)
        return Line(line=number, submission=read.submission())
    except Trouble as trouble:
        return Line(line=number, problem=problems.as_problem(trouble))


def _register(call: Call[bytes], good: Sequence[Submission]) -> list[handoff.Registered | Trouble]:
    # The range's row is locked only while its numbers are taken: a long batch must not hold up everybody else.
    with wiring().work(call.caller.actor, call.caller.world_id) as apart:
        numbers = reserve_numbers(apart, handoff.SERVICE_INDICATOR, len(good)) if good else []
    return _written(call.unit, call, good, numbers)


def _rehearse(call: Call[bytes], good: Sequence[Submission]) -> list[handoff.Registered | Trouble]:
    first = secrets.randbelow(LAST_SERIAL - MOST_ROWS)
    numbers = [make_s10(REHEARSAL, first + at) for at in range(len(good))]
    savepoint = call.unit.session.begin_nested()
    try:
        return _written(call.unit, call, good, numbers)
    finally:
        savepoint.rollback()


def _written(
    unit: Work, call: Call[bytes], good: Sequence[Submission], numbers: Sequence[S10]
) -> list[handoff.Registered | Trouble]:
    return handoff.register_many(
        unit,
        wiring().matcher,
        wiring().books,
        agency_id=call.caller.agency_id,
        submissions=good,
        numbers=numbers,
    )


def _row(line: Line, outcome: handoff.Registered | Trouble, dry_run: bool) -> RowOut:
    language = problems.language()
    if isinstance(outcome, Trouble):
        problem = problems.as_problem(outcome)
        return RowOut(
            line=line.line,
            status=problem.status,
            agency_reference=line.submission.agency_reference if line.submission else None,
            problem=ProblemOut.model_validate(problems.document(problem, language)),
        )
    item = outcome.item
    return RowOut(
        line=line.line,
        status=200 if outcome.repeated else 201,
        code=None if dry_run and not outcome.repeated else item.number,
        agency_reference=item.agency_reference,
        placed="placed" if item.placed == "placed" else "review",
        warnings=[] if item.placed == "placed" else [_in_review(language)],
    )


def _in_review(language: str) -> WarningOut:
    vi = "Địa chỉ chưa xác định được xã, phường: bưu gửi chờ xem lại và chưa được phát."
    en = "The address does not decide on a commune: the item waits in review and is not dispatched."
    return WarningOut(code="address-in-review", detail=en if language == "en" else vi)
