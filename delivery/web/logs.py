"""JSON lines on stderr, one an event, each with the request's id; the standard library's records too."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# The libraries that talk over the network quote addresses in their debug lines, and those hold phones.
_QUIET = ("urllib3", "twilio.http_client", "werkzeug", "apscheduler")


class _Stderr(logging.Handler):
    """Writes to whatever stderr is at that moment: a test runner exchanges it."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        sys.stderr.write(self.format(record) + "\n")


def _where(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Keep the frames that an error's record brings along."""
    record = event.get("_record")
    where = getattr(record, "where", None)
    if where is not None:
        event["where"] = where
    return event


def to_stderr() -> None:
    """Set up the process's logging; calling it again changes nothing."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger("delivery")
    if any(isinstance(handler, _Stderr) for handler in root.handlers):
        return
    handler = _Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _where,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    root.propagate = False
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
