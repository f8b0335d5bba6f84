"""python -m benchmarks.routing FILE.vrp --seconds 5 --engine ours|ortools|pyvrp|vroom --seed 1 [--first N]
python -m benchmarks.routing [FILE.vrp …] [--full] [--kinds …] [--engines …] [--days N] [--seeds N] [--marks 1,2,5]

With --engine or --seconds: one file, one engine, one JSON line (see `one_file`). Without: the
whole comparison, the files given taken in (see `suite`); --full is longer, goes on
where it was stopped and keeps the best known plans' costs.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.routing.days import FOR_ALL, OF_OURS, Kind
from benchmarks.routing.engines import Engine
from benchmarks.routing.one_file import solve_file
from benchmarks.routing.suite import Options, compare
from benchmarks.routing.vrplib import Unreadable

DEFAULT_SECONDS = 5.0


def main(arguments: list[str] | None = None) -> int:
    """0 when it went well, 2 with a sentence on stderr when what was asked for makes no sense."""
    chosen = _options().parse_args(arguments)
    try:
        if chosen.engine is None and chosen.seconds is None:
            print(compare(_comparison(chosen)))
            return 0
        print(_one(chosen))
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. A comparison with --full goes on from here when it is run again.", file=sys.stderr)
        return 130
    return 0


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.routing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("files", nargs="*", type=Path, metavar="FILE.vrp")
    one = options.add_argument_group("one file")
    one.add_argument("--engine", type=Engine, choices=list(Engine))
    one.add_argument("--seconds", type=float, help="wall-clock seconds, the engine's set-up included (5)")
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--first", type=int, metavar="N", help="keep the first N customers")
    one.add_argument("--sol", type=Path, metavar="FILE", help="also write the routes to this file")
    many = options.add_argument_group("comparison")
    many.add_argument("--full", action="store_true", help="10 days, 3 seeds, 30 s, best.json")
    many.add_argument("--kinds", type=Kind, nargs="*", choices=list(Kind), default=[*FOR_ALL, *OF_OURS])
    many.add_argument("--engines", type=Engine, nargs="+", choices=list(Engine), default=list(Engine))
    many.add_argument("--days", type=int, metavar="N")
    many.add_argument("--seeds", type=int, metavar="N")
    many.add_argument("--marks", metavar="1,2,5", help="the seconds to compare after")
    many.add_argument("--no-night", action="store_true", help="leave the night run's estimate out")
    return options


def _one(chosen: argparse.Namespace) -> str:
    seconds = DEFAULT_SECONDS if chosen.seconds is None else chosen.seconds
    if not 0 < seconds < 86_400:
        raise Unreadable(f"{seconds:g} seconds are no time to plan in.")
    if len(chosen.files) != 1:
        raise Unreadable("Name one file to solve.")
    path = chosen.files[0]
    try:
        return solve_file(
            path,
            engine=chosen.engine or Engine.OURS,
            seconds=seconds,
            seed=chosen.seed,
            first=chosen.first,
            sol=chosen.sol,
        )
    except Unreadable as error:
        raise Unreadable(f"{path}: {error}") from error


def _comparison(chosen: argparse.Namespace) -> Options:
    days = (10 if chosen.full else 3) if chosen.days is None else chosen.days
    seeds = (3 if chosen.full else 1) if chosen.seeds is None else chosen.seeds
    if days < 1 or seeds < 1:
        raise Unreadable("At least one day and one seed are needed.")
    told = chosen.marks or ("1,2,5,30" if chosen.full else "1,2,5")
    try:
        marks = tuple(sorted({float(word) for word in told.split(",")}))
    except ValueError as error:
        raise Unreadable(f"The seconds {told!r} are not numbers with commas between them.") from error
    if not 0 < marks[0] <= marks[-1] < 86_400:
        raise Unreadable(f"The seconds {told!r} are no times to plan in.")
    return Options(
        kinds=tuple(dict.fromkeys(chosen.kinds)),
        engines=tuple(dict.fromkeys(chosen.engines)),
        days=days,
        seeds=seeds,
        marks=marks,
        files=tuple(chosen.files),
        full=chosen.full,
        night=not chosen.no_night and Kind.COMMUNE in chosen.kinds,
    )


if __name__ == "__main__":
    sys.exit(main())
