"""What the demo waits for: the product's own gauges, read as Prometheus would."""

from demo.watch import read_metrics


def test_gauges_are_read_with_their_labels() -> None:
    """Waiting for the wrong line would be waiting for nothing, or for ever."""
    text = (
        "# HELP delivery_outbox_due Messages that could be sent.\n"
        "delivery_outbox_due 3.0\n"
        'delivery_items{state="held"} 2.0\n'
        'delivery_sweep_swept_to_seconds{job="returns"} 1.7951e+09\n'
    )
    assert read_metrics(text) == {"delivery_outbox_due": 3, "delivery_items held": 2, "swept returns": 1_795_100_000}
