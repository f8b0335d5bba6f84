"""Liveness, readiness, metrics (contracts C40). A reverse proxy keeps these from the public."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, current_app, jsonify
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute

from delivery.outbound.outbox import due_count
from delivery.store.claims import Claim
from delivery.store.events import Unnumbered
from delivery.store.items import Item
from delivery.store.messages import Message, Sweep
from delivery.store.routes import Plan
from delivery.store.work import Work
from delivery.web import demo_clock
from delivery.web.wired import wiring
from delivery.wiring import Wiring

ACTOR = "job:health"
_MIGRATIONS = Path(__file__).parents[2] / "migrations"

health = Blueprint("health", __name__)


def init_app(app: Flask, wiring: Wiring) -> None:
    """Install on the application, with the demo's clock if the settings are the demo's."""
    app.register_blueprint(health)
    registry = CollectorRegistry()
    registry.register(Gauges(wiring))
    app.extensions["metrics"] = registry
    if wiring.settings.demo:
        demo_clock.init_app(app)


@health.get("/healthz")
def alive() -> Response:
    """The process runs."""
    return jsonify(status="ok")


@health.get("/readyz")
def ready() -> tuple[Response, int]:
    """The database answers and its tables are those of this code; else 503 and what is wrong."""
    try:
        with wiring().work(ACTOR) as unit:
            found = unit.session.scalars(text("SELECT version_num FROM alembic_version")).all()
    except SQLAlchemyError:
        return jsonify(status="unready", why="The database does not answer."), 503
    if found != [_head()]:
        return jsonify(status="unready", why=f"The tables are at {found}, the code needs {_head()}."), 503
    return jsonify(status="ok"), 200


@health.get("/metrics")
def metrics() -> Response:
    """Prometheus' text format; every gauge is read from the tables, so that any process answers for all."""
    return Response(generate_latest(current_app.extensions["metrics"]), content_type=CONTENT_TYPE_LATEST)


@lru_cache
def _head() -> str | None:
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


class Gauges(Collector):
    """What an operator watches, counted at each scrape."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def collect(self) -> Iterable[Metric]:
        """One transaction for all gauges."""
        with self._wiring.work(ACTOR) as unit:
            return [
                _gauge("delivery_outbox_due", "Messages that could be sent or asked after now.", due_count(unit)),
                _by_state(unit, "delivery_messages", "Messages by state.", Message.state),
                _by_state(unit, "delivery_items", "Items by state.", Item.state),
                _by_state(unit, "delivery_plans", "Plans by state.", Plan.state),
                _by_state(unit, "delivery_claims", "Claims for money back by state.", Claim.state),
                _gauge(
                    "delivery_events_unnumbered",
                    "Events that the feed has not numbered yet.",
                    unit.session.scalar(select(func.count()).select_from(Unnumbered)) or 0,
                ),
                _sweeps(unit),
            ]


def _gauge(name: str, words: str, value: int) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _by_state(unit: Work, name: str, words: str, state: InstrumentedAttribute[str]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=["state"])
    for found, count in unit.session.execute(select(state, func.count()).group_by(state)):
        family.add_metric([str(found)], count)
    return family


def _sweeps(unit: Work) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "delivery_sweep_swept_to_seconds", "World time up to which a timed job has swept.", labels=["job"]
    )
    for sweep in unit.session.scalars(select(Sweep).where(Sweep.swept_to.is_not(None))):
        assert sweep.swept_to is not None
        family.add_metric([sweep.job], sweep.swept_to.timestamp())
    return family
