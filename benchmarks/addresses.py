"""How well and how fast addresses are matched: every unit of the country in twelve spellings, and some by hand.

    make bench-addresses [ARGS="--every N --missed N"]

`--every N` takes each N-th unit only; `--missed N` prints up to N examples of each kind of miss. Times are of the
processor, so that other processes on the machine do not count. Ends with 1 when a goal is missed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from delivery.store.communes_data import read_gazetteer
from routing.addresses import Match, Matcher, Verdict
from routing.communes import Gazetteer
from tests.launching import LAUNCHER
from tests.routing.handwritten import handwritten
from tests.routing.spellings import SLIPPED, SPELLINGS, spellings

CHUNK = 2_000
HAND = "by hand"


@dataclass(frozen=True)
class Goal:
    """A figure of issue 4, A.2, and on which side of it to stay."""

    words: str
    limit: float
    at_least: bool = False

    def kept(self, measured: float) -> bool:
        """Whether the goal is reached."""
        return measured >= self.limit if self.at_least else measured <= self.limit


GOALS = {
    "right": Goal("right, %", 99.0, at_least=True),
    "asked": Goal("asked of undivided and not mistyped, %", 3.0),
    "wrong": Goal("sure but wrong, per 1,000 sure", 1.0),
    "ms": Goal("processor time an address, ms", 0.3),
    "mb": Goal("peak of flask communes match, MB", 100.0),
}


@dataclass(frozen=True)
class Case:
    """One text to match. `decides`: its one commune can be told from the text; `slip`: it is mistyped."""

    form: str
    spelling: str
    text: str
    truth: tuple[int, ...]
    decides: bool
    slip: bool


@dataclass
class Tally:
    """What one kind of text came to."""

    texts: int = 0
    right: int = 0
    first: int = 0
    sure: int = 0
    wrong: int = 0
    decided: int = 0
    asked: int = 0

    def add(self, case: Case, match: Match) -> str:
        """Count one answer; says what is wrong with it, "" when nothing is."""
        offered = [candidate.commune_id for candidate in match.candidates]
        sure = match.verdict is Verdict.SURE
        wrong = sure and (not case.decides or offered[0] not in case.truth)
        first = bool(offered) and offered[0] in case.truth
        if case.truth:
            # By hand it is written which communes a text leaves open: all of them must be asked about, and where
            # it leaves none open, the one must come first.
            enough = all if case.form == HAND else any
            firm = sure or (case.form == HAND and case.decides)
            right = not wrong and (first if firm else enough(target in offered for target in case.truth))
        else:
            right = match.verdict is Verdict.UNKNOWN
        asked = case.decides and not case.slip and not sure
        self.texts += 1
        self.right += right
        self.first += first
        self.sure += sure
        self.wrong += wrong
        self.decided += case.decides and not case.slip
        self.asked += asked
        return "sure but wrong" if wrong else "not offered" if not right else "asked" if asked else ""

    def figures(self) -> dict[str, float]:
        """The goals' measures that answers alone give."""
        return {
            "right": 100 * self.right / self.texts,
            "asked": 100 * self.asked / self.decided if self.decided else 0.0,
            "wrong": 1000 * self.wrong / max(1, self.sure),
        }


@dataclass
class Calibration:
    """For each tenth of confidence: what was said, and how much of it was true."""

    said: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    true: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, case: Case, match: Match) -> None:
        """Take the first candidate in. A unit divided among three is in each with a third."""
        if match.candidates:
            first = match.candidates[0]
            tenth = min(9, int(10 * first.confidence))
            self.said[tenth].append(first.confidence)
            self.true[tenth].append(first.commune_id in case.truth and 1 / len(case.truth))

    def tell(self) -> float:
        """Print each tenth; the mean difference, weighted by texts."""
        print("\nFirst candidate: confidence said, share that was true, texts")
        off = 0.0
        for tenth in sorted(self.said):
            said, true = statistics.fmean(self.said[tenth]), statistics.fmean(self.true[tenth])
            off += abs(said - true) * len(self.said[tenth])
            print(f"  {said:6.3f} {true:6.3f} {len(self.said[tenth]):9,}")
        return off / sum(map(len, self.said.values()))


def generated(gazetteer: Gazetteer, every: int) -> Iterator[Case]:
    """Each unit in twelve spellings."""
    units: list[tuple[str, tuple[str, ...], tuple[int, ...], bool]] = [
        ("new", (commune.name, commune.province), (commune.id,), True) for commune in gazetteer.communes[::every]
    ]
    for unit in gazetteer.old_units[::every]:
        triple = (unit.ward, unit.district, unit.province)
        units.append(("old", triple, unit.targets, not unit.divided and triple not in gazetteer.doubtful))
    for number, (form, names, truth, decides) in enumerate(units):
        for place, spelled in enumerate(spellings(names, number)):
            yield Case(form, spelled.spelling, spelled.text, truth, decides, place == SLIPPED)


def by_hand(gazetteer: Gazetteer) -> Iterator[Case]:
    """Those of tests/routing/handwritten.tsv."""
    for each in handwritten(gazetteer):
        yield Case(HAND, HAND, each.text, each.truth, each.verdict is Verdict.SURE, each.slip)


def measure(matcher: Matcher, cases: Iterator[Case]) -> Iterator[tuple[list[tuple[Case, Match]], float]]:
    """Match in chunks; each with the processor seconds that it took."""
    while chunk := list(islice(cases, CHUNK)):
        began = time.process_time()
        matches = [matcher.match(case.text) for case in chunk]
        yield list(zip(chunk, matches, strict=True)), time.process_time() - began


def peak_of_the_command(texts: Iterable[str]) -> float:
    """The peak in MB of `flask communes match` over these texts, with no settings and no database."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "addresses.txt"
        file.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        command = [sys.executable, "-c", LAUNCHER, sys.executable, "-m", "flask", "communes", "match", str(file)]
        told = subprocess.run(command, env={}, check=True, capture_output=True, encoding="utf-8", timeout=600)
    return int(told.stderr.splitlines()[-1]) * (1 if sys.platform == "darwin" else 1024) / 1e6


def main() -> int:
    """Measure and print; 1 when a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=1)
    options.add_argument("--missed", type=int, default=2)
    chosen = options.parse_args()
    gazetteer = read_gazetteer()
    began = time.process_time()
    matcher = Matcher(gazetteer)
    built = time.process_time() - began
    tallies: dict[str, Tally] = defaultdict(Tally)
    missed: dict[str, list[str]] = defaultdict(list)
    kinds: Counter[str] = Counter()
    calibration = Calibration()
    each_ms: list[float] = []
    for cases, timed in ((generated(gazetteer, chosen.every), True), (by_hand(gazetteer), False)):
        for chunk, seconds in measure(matcher, cases):
            if timed:
                each_ms.append(1_000 * seconds / len(chunk))
            for case, match in chunk:
                calibration.add(case, match)
                tallies[f"{case.form}: {case.spelling}"].add(case, match)
                kind = tallies["generated" if timed else HAND].add(case, match)
                if kind:
                    title = f"{kind}, {case.form}: {case.spelling}"
                    kinds[title] += 1
                    if len(missed[title]) < chosen.missed or kind == "sure but wrong" or not timed:
                        missed[title].append(_example(gazetteer, case, match))
    for title, examples in sorted(missed.items()):
        print(f"\n{title}: {kinds[title]}")
        for example in examples:
            print(f"  {example}")
    _table(tallies)
    off = calibration.tell()
    memory = peak_of_the_command(case.text for case in generated(gazetteer, 4 * chosen.every))
    kept = True
    print(f"\nIndex built in {built:.2f} s. Mean difference between confidence said and true: {off:.3f}.")
    figures = {name: tallies[name].figures() for name in ("generated", HAND)}
    figures["generated"] |= {"ms": statistics.median(each_ms), "mb": memory}
    print(f"\n{'goal':52}{'limit':>8}{'measured':>10}{'of it':>7}")
    for name, measured in figures.items():
        for key, value in measured.items():
            goal = GOALS[key]
            kept = kept and goal.kept(value)
            sign = "≥" if goal.at_least else "≤"
            print(
                f"{goal.words + ' (' + name + ')':52}{sign + format(goal.limit, 'g'):>8}{value:10.2f}"
                f"{value / goal.limit:7.2f}  {'kept' if goal.kept(value) else 'missed'}"
            )
    told = {name: {key: round(value, 4) for key, value in measured.items()} for name, measured in figures.items()}
    print(json.dumps({"benchmark": "addresses", **told, "kept": kept}))
    return 0 if kept else 1


def _example(gazetteer: Gazetteer, case: Case, match: Match) -> str:
    names = [gazetteer.commune(target).name for target in case.truth]
    got = [f"{gazetteer.commune(c.commune_id).name} [{c.why}]" for c in match.candidates[:3]]
    return f"{case.text!r} is {names}, {match.verdict.value} {got}"


def _table(tallies: dict[str, Tally]) -> None:
    heads = ("generated", HAND, *(f"{form}: {spelling}" for form in ("new", "old") for spelling in SPELLINGS))
    print(f"\n{'':44}{'texts':>9}{'right %':>9}{'first %':>9}{'asked %':>9}{'sure but wrong per 1,000':>26}")
    for head in heads:
        tally = tallies[head]
        asked = f"{100 * tally.asked / tally.decided:9.2f}" if tally.decided else f"{'–':>9}"
        print(
            f"{head:44}{tally.texts:9,}{100 * tally.right / max(1, tally.texts):9.2f}"
            f"{100 * tally.first / max(1, tally.texts):9.2f}{asked}{tally.figures()['wrong']:26.2f}"
        )
    print("right: the true commune is first, or among those asked about. asked: of undivided units, slips left out.")


if __name__ == "__main__":
    sys.exit(main())
