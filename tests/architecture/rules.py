"""House rules that no linter knows, as functions from source to findings."""

import ast
from collections.abc import Iterator
from pathlib import Path

LONGEST = 400
PRODUCT = ("delivery", "routing", "tariffs", "tracking")
# Who alone may do what. A kernel that a compiler caches by file may be longer (house.md §1).
COMMITTERS = {"delivery/store/work.py"}
KERNELS = {"routing/improve/kernel.py"}
STATE_WRITERS = {"delivery/store/items.py"}
CLOCK_READERS = {"delivery/clock.py"}
ENVIRONMENT_READERS = {"delivery/settings.py"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "service", "dao", "models", "constants"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
# Ids follow real time by design, and the rate limiter tells its reset by the clock that it reads itself.
CLOCK_EXEMPT = {"delivery/store/base.py", "delivery/web/agency_api/rates.py"}


def sources(root: Path, packages: tuple[str, ...] = PRODUCT) -> Iterator[tuple[str, Path]]:
    """The Python files of the product with their paths relative to `root`."""
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            yield path.relative_to(root).as_posix(), path


def long_files(root: Path) -> list[str]:
    """Files of more than 400 lines, tests, demo and migrations included; a compiled kernel may be longer."""
    packages = (*PRODUCT, "tests", "demo", "benchmarks", "migrations")
    return [
        f"{name}: {count} lines"
        for name, path in sources(root, packages)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST and name not in KERNELS
    ]


def commits(root: Path) -> list[str]:
    """Calls of `.commit()` or `session.begin()` outside the unit of work (the owner's DDL in cli is no session)."""
    found = []
    for name, path in sources(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and name not in COMMITTERS:
                owner = ast.unparse(node.func.value)
                if node.func.attr == "commit" or (node.func.attr == "begin" and "session" in owner):
                    found.append(f"{name}:{node.lineno}")
    return found


def state_writes(root: Path) -> list[str]:
    """Assignments to an item's `.state` (or `last_seq`, `last_hash`) outside the one writer."""
    found = []
    for name, path in sources(root):
        if name in STATE_WRITERS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                parts = [part for target in targets for part in getattr(target, "elts", [target])]
                found += [f"{name}:{node.lineno}" for part in parts if _is_items_state(part)]
    return found


def _is_items_state(target: ast.expr | None) -> bool:
    if not isinstance(target, ast.Attribute):
        return False
    if target.attr in ("last_seq", "last_hash"):
        return True
    # Messages and plans have a state of their own; an item is called an item.
    owner = target.value.id if isinstance(target.value, ast.Name) else getattr(target.value, "attr", "")
    return target.attr in ("state", "holder_kind", "holder_id") and "item" in owner


def clock_reads(root: Path) -> list[str]:
    """Readings of the machine's clock outside `delivery/clock.py`."""
    found = []
    for name, path in sources(root):
        if name in CLOCK_READERS | CLOCK_EXEMPT:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                owner_name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                if (owner_name, node.func.attr) in CLOCKS:
                    found.append(f"{name}:{node.lineno}")
    return found


def environment_reads(root: Path) -> list[str]:
    """Readings of `os.environ` or `os.getenv` outside `delivery/settings.py`."""
    found = []
    for name, path in sources(root):
        if name in ENVIRONMENT_READERS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "putenv"):
                found.append(f"{name}:{node.lineno}")
    return found


def vague_names(root: Path) -> list[str]:
    """Modules named after nothing that the post office does."""
    return [name for name, path in sources(root) if path.stem in FORBIDDEN_NAMES or path.parent.name in FORBIDDEN_NAMES]


def migrations_importing_ours(root: Path) -> list[str]:
    """Migrations that import the product: they must still run when the product has moved on."""
    found = []
    for path in sorted((root / "migrations" / "versions").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            named = [alias.name for alias in node.names]
            names = named if isinstance(node, ast.Import) else [node.module or ""]
            if any(imported.split(".")[0] in (*PRODUCT, "demo", "tests") for imported in names):
                found.append(f"{path.name}:{node.lineno}")
    return found


RULES = {
    "long_files": long_files,
    "commits": commits,
    "state_writes": state_writes,
    "clock_reads": clock_reads,
    "environment_reads": environment_reads,
    "vague_names": vague_names,
    "migrations_importing_ours": migrations_importing_ours,
}
