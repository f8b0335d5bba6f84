"""What all tables share: the declarative base, naming, column types and time-ordered ids."""

import os
import threading
import time
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, Enum, LargeBinary, MetaData, String, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

Json = dict[str, Any]


class _Ticks:
    """Milliseconds with twelve fractional bits, rising by at least one a call within this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def following(self) -> int:
        with self._lock:
            self._last = max(time.time_ns() * 4096 // 1_000_000, self._last + 1)
            return self._last


_ticks = _Ticks()


def new_id() -> UUID:
    """A time-ordered id (UUID version 7, RFC 9562): 48 bits of milliseconds, 12 of counter, 62 random.

    Made in Python so that an item's id is known before its insert and rows that
    belong together lie together; it follows real time, never a world's clock,
    because the events' partitions are ranges of it.
    """
    ticks = _ticks.following()
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=(ticks >> 12) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64 | 0b10 << 62 | random)


class Base(DeclarativeBase):
    """Every table of the trunk."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        date: Date,
        bytes: LargeBinary,
        str: Text,
        UUID: Uuid,
        Json: JSONB,
    }


Key = Annotated[UUID, mapped_column(Uuid, primary_key=True, default=new_id)]
Money = Annotated[int, mapped_column(BigInteger)]
Code = Annotated[str, mapped_column(String(80))]


def as_text(kind: type[StrEnum], name: str) -> Enum:
    """An enum stored as its text, with a CHECK that lists the members."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
        length=40,
    )
