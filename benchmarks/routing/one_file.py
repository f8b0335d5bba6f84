"""One engine on one file: one JSON line."""

import json
from pathlib import Path

from benchmarks.routing.engines import Engine, run, warm_up
from benchmarks.routing.evaluator import judge
from benchmarks.routing.vrplib import read_instance, solution_text


def solve_file(
    path: Path, *, engine: Engine, seconds: float, seed: int, first: int | None = None, sol: Path | None = None
) -> str:
    """The line: `cost` in the .sol file's unit, `feasible` by our checker, the true `seconds` of the solve.

    Reading the file and `warm_up_seconds` (compiled code is loaded) come before the clock
    starts; an engine's own model is built inside its time. `sol` also writes the
    routes there. Raises Unreadable.
    """
    instance = read_instance(path, first=first)
    problem = instance.problem
    warmed = warm_up(engine)
    result = run(engine, problem, seconds=seconds, seed=seed)[-1]
    verdict = judge(problem, result.orders)
    if sol is not None:
        sol.write_text(solution_text(instance, result.orders, verdict.cost), encoding="utf-8")
    return json.dumps(
        {
            "engine": engine.value,
            "instance": instance.name,
            "cost": instance.told(verdict.cost),
            "feasible": verdict.good,
            "seconds": round(result.seconds, 3),
            "budget": seconds,
            "seed": seed,
            "customers": instance.customers,
            "served": verdict.served,
            "routes": verdict.routes,
            "required_left": verdict.mandatory_left,
            "faults": list(verdict.faults[:3]),
            "warm_up_seconds": round(warmed, 3),
        }
    )
