"""What a long comparison has measured so far, so that it goes on where it was stopped; and the best ever found."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.routing.engines import Engine
from benchmarks.routing.runs import Record

ROOT: Final = Path(__file__).parents[2]
BEST: Final = ROOT / "benchmarks" / "best.json"
PUBLISHED: Final = "published"
"""Who found a plan that a .sol file holds."""
OURS: Final = ("problem", "plan", "timing", "faults", "insertion", "solver", "budget", "watch", "matrix")
"""The modules of routing that a plan depends on, beside the folder improve."""


def engine_version(engine: Engine) -> str:
    """Changes when the engine does: a kept record of another version is measured anew."""
    if engine in (Engine.PYVRP, Engine.VROOM):
        package = "pyvrp" if engine is Engine.PYVRP else "pyvroom"
        here = Path(__file__).parent
        return f"{package} {version(package)}, {_digest([here / 'peers.py', here / f'by_{engine}.py'])}"
    sources = [path for name in OURS if (path := ROOT / "routing" / f"{name}.py").exists()]
    return f"ortools {version('ortools')}, {_digest([*sources, *sorted((ROOT / 'routing/improve').glob('*.py'))])}"


def _digest(paths: Iterable[Path]) -> str:
    told = hashlib.sha256()
    for path in paths:
        told.update(path.read_bytes())
    return told.hexdigest()[:12]


Key = tuple[str, str, str, int, float, str]


def key_of(record: Record) -> Key:
    """What a record answers."""
    return record.case, record.digest, record.engine, record.seed, record.mark, record.version


class Journal:
    """Records by what they answer, each kept as a line of `path` at once (None: only in memory)."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.records: dict[Key, Record] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                record = _read(line)
                if record is not None:
                    self.records[key_of(record)] = record

    def has(self, case: str, digest: str, engine: str, seed: int, marks: Iterable[float], told: str) -> bool:
        """Whether every mark of this run is there."""
        return all((case, digest, engine, seed, mark, told) in self.records for mark in marks)

    def add(self, records: Iterable[Record]) -> None:
        """Take records in; they are on the disk when this returns."""
        new = list(records)
        self.records.update((key_of(record), record) for record in new)
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # A line cut off by a stop must not swallow the next one.
            torn = self.path.exists() and not self.path.read_bytes().endswith(b"\n")
            with self.path.open("a", encoding="utf-8") as file:
                file.write("\n" * torn + "".join(json.dumps(asdict(record)) + "\n" for record in new))


def _read(line: str) -> Record | None:
    """A line of the journal; None for one that was cut off or written by another version of this module."""
    try:
        values = json.loads(line)
        return Record(**{**values, "faults": tuple(values["faults"])})
    except (ValueError, TypeError, KeyError):
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Best:
    """The cheapest faultless and complete plan known of a case, and who found it in how many seconds."""

    case: str
    digest: str
    cost: int
    engine: str
    seconds: float
    seed: int


def better(best: Iterable[Best], records: Iterable[Record]) -> dict[str, Best]:
    """By case, the best of what was known and what `records` hold. A case that has changed begins anew."""
    found = {one.case: one for one in best}
    for record in records:
        if record.good and record.cost is not None:
            known = found.get(record.case)
            if known is None or known.digest != record.digest or record.cost < known.cost:
                found[record.case] = Best(
                    case=record.case,
                    digest=record.digest,
                    cost=record.cost,
                    engine=record.engine,
                    seconds=record.mark,
                    seed=record.found_by,
                )
    return found


def read_best(path: Path = BEST) -> list[Best]:
    """What the file keeps; nothing when there is none."""
    if not path.exists():
        return []
    return [Best(**one) for one in json.loads(path.read_text(encoding="utf-8"))]


def write_best(best: Iterable[Best], path: Path = BEST) -> None:
    """Keep it, a line a case, so that a change of one is a change of one line."""
    lines = ",\n".join(json.dumps(asdict(one)) for one in sorted(best, key=lambda one: one.case))
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def base_in_words(known: Iterable[Best], best: Mapping[str, Best], digests: Mapping[str, str], longest: float) -> str:
    """What the gaps are to, for the days `digests`: `known` was the file's before the run of at most `longest` seconds.

    A published plan counts as one of a longer run.
    """
    kept = [one for one in known if digests.get(one.case) == one.digest]
    bases = [one for case, one in best.items() if digests.get(case) == one.digest]
    longer = sum(one.engine == PUBLISHED or one.seconds > longest for one in bases)
    found = [one for one in kept if one.engine != PUBLISHED]
    by = max(found, key=lambda one: one.seconds, default=None)
    file = f"which knows {len(kept)} of these {len(digests)} days"
    if by is not None:
        file += f"; the longest run that found one of its plans was given {by.seconds:g} s, by {by.engine}"
    return (
        f"The base of a gap is the cheapest faultless plan of this run, of the .sol files given and of "
        f"benchmarks/best.json ({file}), not the best of a ten-minute run by everybody; {longer} of the {len(bases)} "
        f"bases are published plans or from a run longer than the {longest:g} s here, and where nothing ran longer "
        f"than ours, our gaps (to the base and to our own longest run) are understated."
    )
