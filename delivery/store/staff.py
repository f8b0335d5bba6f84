"""People of the post and officers of agencies who sign in, and the couriers among them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from delivery.store.base import Base, Code, Key, as_text
from delivery.store.offices import Office


class Role(StrEnum):
    """What a person may do; each is bound to an office or an agency (contracts C35)."""

    CLERK = "clerk"
    DISPATCHER = "dispatcher"
    COURIER = "courier"
    MANAGER = "manager"
    AGENCY_OFFICER = "agency_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Staff(Base):
    """A person who signs in. `display_name` is what colleagues see at work."""

    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint("(role = 'agency_officer') = (agency_id IS NOT NULL)", name="agency"),
        CheckConstraint("role IN ('agency_officer','administrator','auditor') OR office_id IS NOT NULL", name="office"),
    )

    id: Mapped[Key]
    login: Mapped[Code] = mapped_column(unique=True)
    display_name: Mapped[str]
    role: Mapped[Role] = mapped_column(as_text(Role, "role"))
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("offices.id"), index=True)
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    password_hash: Mapped[str]
    totp_secret: Mapped[bytes | None]
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    office: Mapped[Office | None] = relationship()


class StaffSession(Base):
    """A signed-in browser, by the SHA-256 of its cookie; deleted at sign-out, replaced at sign-in. Real time."""

    __tablename__ = "staff_sessions"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    staff: Mapped[Staff] = relationship()


class Courier(Base):
    """A member of staff who carries routes. Shift times are minutes after midnight in Vietnam."""

    __tablename__ = "couriers"
    __table_args__ = (
        CheckConstraint("shift_start >= 0 AND shift_end > shift_start AND shift_end <= 1440", name="shift"),
        CheckConstraint("capacity > 0", name="capacity"),
    )

    id: Mapped[Key]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), unique=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"), index=True)
    vehicle: Mapped[Code] = mapped_column(default="motorbike")
    shift_start: Mapped[int] = mapped_column(default=450)
    shift_end: Mapped[int] = mapped_column(default=1050)
    capacity: Mapped[int] = mapped_column(default=150)
    active: Mapped[bool] = mapped_column(default=True)
    staff: Mapped[Staff] = relationship()


class ReportId(Base):
    """The one-time id of a form that was acted on: sent twice, it acts once (contracts C6)."""

    __tablename__ = "report_ids"

    id: Mapped[Key]
    actor: Mapped[Code]
    outcome: Mapped[str]
    used_at: Mapped[datetime] = mapped_column(index=True)
