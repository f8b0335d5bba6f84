"""Gaps to the best known, their medians, and the tables that show them."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.routing.runs import Record

Medians = dict[tuple[str, str, float], float]
"""Median gap in % by kind, engine and mark; infinite where half the plans were missing, faulty or incomplete."""


def gap(cost: int, best: int) -> float:
    """How much dearer than the best, in %."""
    return 0.0 if cost == best else 100 * (cost - best) / best if best else math.inf


def of_record(record: Record, best: Mapping[str, int]) -> float:
    """Infinite for a plan that is missing, faulty or leaves a mandatory stop out."""
    if not record.good or record.cost is None or record.case not in best:
        return math.inf
    return gap(record.cost, best[record.case])


def medians(records: Iterable[Record], kinds: Mapping[str, str], best: Mapping[str, int]) -> Medians:
    """Over all days and seeds. `kinds` tells a case's kind, `best` its best known cost."""
    found: dict[tuple[str, str, float], list[float]] = defaultdict(list)
    for record in records:
        found[kinds[record.case], record.engine, record.mark].append(of_record(record, best))
    return {key: statistics.median_high(values) for key, values in found.items()}


def winner(middle: Medians, kind: str, mark: float) -> str:
    """Who has the smallest median; all of them when equal, nobody when none has a plan."""
    told = {engine: value for (one, engine, at), value in middle.items() if (one, at) == (kind, mark)}
    least = min(told.values(), default=math.inf)
    return (
        " = ".join(engine for engine, value in told.items() if value < least + 0.005) if least < math.inf else "nobody"
    )


def percent(value: float | None) -> str:
    """A gap as the tables show it: "·" was not measured, "none" is no plan."""
    if value is None:
        return "·"
    return "none" if math.isinf(value) else f"{value:.2f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, markdown: bool) -> str:
    """Rows under a head; the first column to the left, the others to the right."""
    everything = [list(head), *(list(row) for row in rows)]
    if markdown:
        lines = [f"| {' | '.join(row)} |" for row in everything]
        return "\n".join([lines[0], f"|---|{'---:|' * (len(head) - 1)}", *lines[1:]])
    widths = [max(len(row[at]) for row in everything) for at in range(len(head))]
    lines = []
    for row in everything:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([row[0].ljust(widths[0]), *cells]))
    return "\n".join([lines[0], "─" * len(lines[0]), *lines[1:]])


def rows_of(
    records: Sequence[Record], kinds: Mapping[str, str], middle: Medians, marks: Sequence[float]
) -> list[list[str]]:
    """A row per kind and engine: median gaps, memory, what went wrong, the longest overrun of the time given."""
    rows = []
    for kind in dict.fromkeys(kinds.values()):
        of_kind = [record for record in records if kinds[record.case] == kind]
        for engine in dict.fromkeys(record.engine for record in of_kind):
            mine = [record for record in of_kind if record.engine == engine]
            shown = [record for record in mine if record.mark in marks]
            over = max(record.seconds / record.mark for record in shown or mine)
            rows.append(
                [
                    f"{kind}: {engine}",
                    str(len({(record.case, record.seed) for record in mine})),
                    *(percent(middle.get((kind, engine, mark))) for mark in marks),
                    str(max(record.megabytes for record in mine)),
                    str(sum(record.mandatory_left for record in shown)),
                    str(sum(bool(record.faults) for record in shown)),
                    f"{over:.2f}",
                ]
            )
    return rows


def head_of(marks: Sequence[float]) -> list[str]:
    """The head of `rows_of`."""
    return ["", "runs", *(f"{mark:g} s" for mark in marks), "MB", "left out", "faulty", "time used"]
