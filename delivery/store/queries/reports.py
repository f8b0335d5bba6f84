"""Forms that act once: each carries a one-time report id, kept in the transaction of what it did (contracts C6)."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from delivery.errors import Invalid, Refused
from delivery.store.staff import ReportId
from delivery.store.work import Work


def report_named(given: str) -> UUID:
    """The id that a page gave its form; Invalid `report-id-missing` when what came back is none."""
    try:
        return UUID(given)
    except ValueError:
        raise Invalid(
            "report-id-missing",
            vi="Biểu mẫu thiếu mã gửi. Hãy tải lại trang rồi gửi lại.",
            en="The form lacks its report id. Reload the page and send it again.",
            pointer="/report_id",
        ) from None


def once(unit: Work, report: UUID, act: Callable[[], str]) -> str:
    """Run `act` and keep its answer; the same report sent again gets that answer, and nothing happens twice.

    Two copies sent at the same instant wait for each other on the insert, so that one of them acts.
    """
    fresh = unit.session.scalar(
        insert(ReportId)
        .values(id=report, actor=unit.actor, outcome="", used_at=unit.clock.real())
        .on_conflict_do_nothing()
        .returning(ReportId.id)
    )
    row = unit.session.get_one(ReportId, report)
    if fresh is not None:
        row.outcome = act()
    elif row.actor != unit.actor:
        raise Refused(
            "report-id-taken",
            vi="Mã gửi của biểu mẫu đã được người khác dùng. Hãy tải lại trang rồi gửi lại.",
            en="Somebody else has used this form's report id. Reload the page and send it again.",
        )
    return row.outcome
