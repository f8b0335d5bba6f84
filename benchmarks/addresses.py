"""How well and how fast addresses are matched: every old and new unit of the country in twelve spellings.

    python -m benchmarks.addresses [--every N] [--missed N]

`--every N` takes each N-th unit only, `--missed N` prints up to N examples of each kind of miss.
"""

import argparse
import resource
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterator

from delivery.store.communes_data import read_gazetteer
from routing.addresses import Matcher, Verdict
from routing.communes import Gazetteer
from tests.routing.spellings import SLIPPED, SPELLINGS, spellings


def cases(gazetteer: Gazetteer, every: int) -> Iterator[tuple[str, tuple[str, ...], tuple[int, ...], bool]]:
    """(form, units smallest first, true communes, whether one commune is certain) of each unit."""
    for commune in gazetteer.communes[::every]:
        yield "new", (commune.name, commune.province), (commune.id,), True
    for unit in gazetteer.old_units[::every]:
        certain = not unit.divided and (unit.ward, unit.district, unit.province) not in gazetteer.doubtful
        yield "old", (unit.ward, unit.district, unit.province), unit.targets, certain


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=1)
    options.add_argument("--missed", type=int, default=3)
    chosen = options.parse_args()
    gazetteer = read_gazetteer()
    tracemalloc.start()
    began = time.perf_counter()
    Matcher(gazetteer)
    traced = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    began = time.perf_counter()
    matcher = Matcher(gazetteer)
    built = time.perf_counter() - began
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    missed: dict[str, list[str]] = defaultdict(list)
    seconds = 0.0
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for number, (form, units, truth, certain) in enumerate(cases(gazetteer, chosen.every)):
        for place, spelled in enumerate(spellings(units, number)):
            began = time.perf_counter()
            match = matcher.match(spelled.text)
            seconds += time.perf_counter() - began
            offered = [candidate.commune_id for candidate in match.candidates]
            if match.candidates:
                first = match.candidates[0]
                bins[min(9, int(10 * first.confidence))].append((first.confidence, first.commune_id in truth))
            sure = match.verdict is Verdict.SURE
            wrong = sure and (not certain or offered[0] not in truth)
            right = not wrong and any(target in offered[: 1 if sure else None] for target in truth)
            for name in ("all", form, f"{form}: {spelled.spelling}"):
                count = tally[name]
                count["n"] += 1
                count["right"] += right
                count["first"] += bool(offered) and offered[0] in truth
                count["sure"] += sure
                count["wrong"] += wrong
                if certain and place != SLIPPED:
                    count["decided"] += 1
                    count["asked"] += not sure
            kind = (
                "sure but wrong" if wrong else "not offered" if not right else "asked" if certain and not sure else ""
            )
            if kind and len(missed[f"{kind}, {form}: {spelled.spelling}"]) < chosen.missed:
                names = [gazetteer.commune(target).name for target in truth]
                got = [f"{gazetteer.commune(c.commune_id).name} [{c.why}]" for c in match.candidates[:3]]
                missed[f"{kind}, {form}: {spelled.spelling}"].append(f"{spelled.text}  is {names}, got {got}")
    for title, examples in sorted(missed.items()):
        print(f"\n{title}")
        for example in examples:
            print(f"  {example}")
    print(f"\n{'':48}{'texts':>9}{'right %':>9}{'first %':>9}{'asked %':>9}{'sure but wrong per 1,000':>26}")
    for name in ("all", "new", "old", *(f"{form}: {spelling}" for form in ("new", "old") for spelling in SPELLINGS)):
        count = tally[name]
        asked = 100 * count["asked"] / count["decided"] if count["decided"] else float("nan")
        print(
            f"{name:48}{count['n']:9,}{100 * count['right'] / count['n']:9.2f}{100 * count['first'] / count['n']:9.2f}"
            f"{asked:9.2f}{1000 * count['wrong'] / max(1, count['sure']):26.2f}"
        )
    print("\nFirst candidate: confidence said, share that was true (any target of a divided unit counts), texts")
    for _, told in sorted(bins.items()):
        said = sum(confidence for confidence, _ in told) / len(told)
        print(f"  {said:6.3f} {sum(true for _, true in told) / len(told):6.3f} {len(told):9,}")
    print(
        f"\n{1e6 * seconds / tally['all']['n']:.0f} µs an address; index built in {built:.2f} s, {traced:.0f} MB; "
        f"process peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    print("asked %: of undivided units, slips left out. right: the true commune is first, or among those asked about.")


if __name__ == "__main__":
    main()
