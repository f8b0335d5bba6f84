"""What an operator's machines ask: alive, ready, and the gauges."""

from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from delivery.money.refunds import owe_back
from delivery.store.ledger import Account
from delivery.store.messages import Sweep
from delivery.wiring import Wiring
from demo.postgres import OWNER, Server
from tests.delivery.made_items import made_items
from tests.factories import Town


def test_the_process_is_alive_and_ready(client: FlaskClient) -> None:
    """Both are 200 on a migrated database."""
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json == {"status": "ok"}


def test_old_tables_are_not_ready(client: FlaskClient, server: Server, database: str) -> None:
    """A new release must get no traffic before its migration has run (contracts C40)."""
    engine = create_engine(server.url(OWNER, database))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "0001" in answer.text
    assert client.get("/healthz").status_code == 200


def test_the_gauges_count_what_lies_in_the_tables(client: FlaskClient, wiring: Wiring, town: Town) -> None:
    """Any process answers for all of them."""
    with wiring.work("job:test") as unit:
        items = made_items(unit, town, 3)
        unit.session.add(Sweep(job="invitations", swept_to=unit.now))
        owe_back(unit, items[0], 7_000, since=Account.ADDRESSEE, why="test")
    lines = client.get("/metrics").text.splitlines()
    assert 'delivery_items{state="registered"} 3.0' in lines
    assert 'delivery_claims{state="proposed"} 1.0' in lines
    assert "delivery_events_unnumbered 3.0" in lines
    assert "delivery_outbox_due 0.0" in lines
    assert any(line.startswith('delivery_sweep_swept_to_seconds{job="invitations"}') for line in lines)
