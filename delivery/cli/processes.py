"""The worker and the server. The only module that knows APScheduler."""

import logging
import os
import signal
import socket
import sys
import threading
from datetime import UTC

import click
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from delivery.cli.ending import end
from delivery.cli.speaking import look_at_database, speaking, wiring_here
from delivery.jobs import JOBS, Crew, run, run_all
from delivery.solvers import Pool
from delivery.wiring import Wiring


@click.command("worker")
@click.option("--once", is_flag=True, help="Run every job once, in this process, and end.")
@speaking
def worker(once: bool) -> None:
    """Run the timed jobs until SIGTERM; any number of workers may run."""
    wiring = wiring_here()
    look_at_database(wiring)
    if once:
        done = run_all(wiring)
        for name, count in done.items():
            click.echo(f"{name}: {'failed' if count is None else count}")
        if None in done.values():
            sys.exit(1)
        return
    _work_until_told(wiring)


def _work_until_told(wiring: Wiring) -> None:
    if not logging.getLogger().handlers:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # It reports every tick, and every tick that a long job makes it skip: both are as they should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with Pool(wiring.settings.solver_processes) as solvers:
        crew = Crew(solvers=solvers, stopping=stopping)
        scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(len(JOBS))})
        for name in JOBS:
            scheduler.add_job(
                run,
                "interval",
                args=(wiring, name, crew),
                id=name,
                seconds=wiring.settings.tick_seconds,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
                next_run_time=wiring.clock.real(),
            )
        scheduler.start()
        click.echo(f"The worker runs {len(JOBS)} jobs, every {wiring.settings.tick_seconds:g} s.")
        # A wait without a limit would not let the signal's handler run on every platform.
        while not stopping.wait(1):
            pass
        click.echo("The worker finishes what it has begun.")
        scheduler.shutdown(wait=True)
    wiring.engine.dispose()


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 256))
@speaking
def serve(host: str, port: int, threads: int) -> None:
    """Serve the pages and the API with granian until SIGTERM."""
    wiring = wiring_here()
    look_at_database(wiring)
    wiring.engine.dispose()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            end(f"{host}:{port} cannot be served on ({taken.strerror}): choose another with --port.")
    options = ["--interface", "wsgi", "--host", host, "--port", str(port), "--blocking-threads", str(threads)]
    # Replaces this process: signals reach the server itself.
    os.execv(sys.executable, [sys.executable, "-m", "granian", *options, "wsgi:app"])  # noqa: S606


COMMANDS = (worker, serve)
