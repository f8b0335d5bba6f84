"""The programs of one installation as child processes: set up by the product's own commands, started and stopped."""

import base64
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psycopg
from psycopg import sql

from demo import postgres
from demo.postgres import ROOT

DATABASE = "delivery_demo"
ACCOUNT = "ACdemo0000000000000000000000000001"
SENDER = "BUUDIENVN"
READY_WITHIN = 60.0
_TAIL = 25


class CannotRun(RuntimeError):
    """The demo cannot go on; the message is one clear sentence, perhaps with the end of a log."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A database that is set up, and the environment that every program of the product reads."""

    environment: Mapping[str, str]
    logs: Path
    port: int

    def flask(self, *words: str, may_fail: bool = False) -> str:
        """Run one of the product's commands; gives what it printed. CannotRun with its last words when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", *words],
            cwd=ROOT,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0 and not may_fail:
            last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-6:])
            raise CannotRun(f"“flask {' '.join(words)}” failed:\n{last}")
        return done.stdout


def check_port(port: int) -> None:
    """CannotRun when somebody listens on `port` of this machine already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CannotRun(
                f"Port {port} is in use: stop what listens there, or choose another: make demo PORT=8010"
            ) from None


@contextmanager
def installed(port: int, logs: Path) -> Iterator[Installation]:
    """A fresh, migrated, empty database for the time of the block. CannotRun when there is no PostgreSQL."""
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres.running(ROOT / ".data" / "demo" / "postgres"))
            server.make_database(DATABASE)
            _never_mind_a_crash(server)
        except (psycopg.Error, OSError, RuntimeError, subprocess.SubprocessError) as reason:
            words = " ".join(str(reason).split())[:200]
            given = "DATABASE_URL" if os.environ.get("DATABASE_URL") else "the PostgreSQL that pip installed"
            raise CannotRun(f"No database: {given} does not answer or may not make one ({words}).") from None
        installation = Installation(environment=_environment(server, port), logs=logs, port=port)
        installation.flask("db", "upgrade")
        yield installation


class Programs:
    """The server, the worker and the stand-in for Twilio, from `start` to the end of the block."""

    def __init__(self, installation: Installation, *, webs: int) -> None:
        self._installation = installation
        self._webs = webs
        self._running: list[tuple[str, subprocess.Popen[bytes], Path]] = []
        self.standin = ""

    def __enter__(self) -> "Programs":
        return self

    def __exit__(self, *_: object) -> None:
        for name, process, _log in reversed(self._running):
            if process.poll() is None:
                process.send_signal(signal.SIGINT if name == "worker" else signal.SIGTERM)
        for _name, process, _log in self._running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                # Its own solver processes are in its group and must not outlive it.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def start_standin(self) -> str:
        """Start the stand-in for Twilio; gives its address."""
        port = _free_port()
        self._start(
            "standin",
            [
                *(sys.executable, "-m", "demo.twilio_standin", "--port", str(port), "--account", ACCOUNT),
                *("--token", self._installation.environment["TWILIO_AUTH_TOKEN"]),
                *("--inbound-url", f"{self._installation.environment['PUBLIC_URL']}/hooks/sms/inbound"),
            ],
        )
        self.standin = f"http://127.0.0.1:{port}"
        self._wait(f"{self.standin}/_standin/idle")
        return self.standin

    def start_product(self) -> None:
        """Start server and worker, and wait until the server is ready."""
        port = str(self._installation.port)
        granian = shutil.which("granian", path=str(Path(sys.executable).parent)) or "granian"
        self._start(
            "server",
            [
                *(granian, "--interface", "wsgi", "--host", "127.0.0.1", "--port", port),
                *("--workers", str(self._webs), "--blocking-threads", "4", "--no-access-log", "wsgi:app"),
            ],
        )
        self._start("worker", [sys.executable, "-m", "flask", "worker"])
        self._wait(f"http://127.0.0.1:{port}/readyz")

    def check(self) -> None:
        """CannotRun, with the end of its log, when one of them has stopped."""
        for name, process, log in self._running:
            if process.poll() is not None:
                raise CannotRun(f"The {name} stopped by itself (exit {process.returncode}):\n{tail(log)}")

    def tails(self) -> str:
        """The end of each log, for a report of what went wrong."""
        return "\n".join(f"--- {name} ({log})\n{tail(log)}" for name, _, log in self._running)

    def _start(self, name: str, command: Sequence[str]) -> None:
        log = self._installation.logs / f"{name}.log"
        environment = dict(self._installation.environment)
        if self.standin:
            environment["TWILIO_BASE_URL"] = self.standin
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        self._running.append((name, process, log))

    def _wait(self, url: str) -> None:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            self.check()
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (OSError, urllib.error.URLError):
                time.sleep(0.1)
        raise CannotRun(f"Nothing answers at {url} after {READY_WITHIN:.0f} s.\n{self.tails()}")


def tail(log: Path) -> str:
    """The last lines of a log; personal data is not in it, so they may be shown."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    # Every request that went well has its line too: they tell nothing about what went wrong.
    told = [line for line in lines if not re.search(r'"status": [23]\d\d, ', line)]
    return "\n".join(told[-_TAIL:]) or "(nothing)"


@contextmanager
def ending_calmly(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does, so that no child outlives the demo; `stop` is called first."""

    def end(_number: int, _frame: FrameType | None) -> None:
        stop()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _environment(server: postgres.Server, port: int) -> dict[str, str]:
    chosen = {
        **postgres.new_secrets(),
        "FLASK_APP": "wsgi",
        "DATABASE_URL": server.url(postgres.APPLICATION, DATABASE),
        "MIGRATION_DATABASE_URL": server.url(postgres.OWNER, DATABASE),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": postgres.new_secrets()["SECRET_KEY"][:32],
        "TWILIO_SENDER": SENDER,
        "BANK_BIN": "970499",
        "BANK_ACCOUNT": "0011223344",
        "BANK_HOLDER": "BUU DIEN THU NGHIEM",
        "BANK_HOOK_SECRET": "whsec_" + base64.b64encode(os.urandom(32)).decode(),
        "DELIVERY_DEMO": "1",
        "TICK_SECONDS": "0.2",
        "PLAN_SECONDS": "0.3",
        "REQUESTS_PER_MINUTE": "1000000",
        "PYTHONUNBUFFERED": "1",
    }
    return {**{name: value for name, value in os.environ.items() if not name.startswith("TWILIO_")}, **chosen}


def _never_mind_a_crash(server: postgres.Server) -> None:
    # The next demo makes its database anew, so nothing here is worth waiting for a disk.
    with psycopg.connect(server.admin, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(DATABASE)))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def communes_listed(installation: Installation, province: str) -> list[str]:
    """The lines that the product prints for its communes and their offices in a province."""
    printed = installation.flask("communes", "list", "--province", province)
    return [line for line in printed.splitlines() if line.startswith("{") and json.loads(line)]
