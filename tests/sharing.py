"""What every application of a test process works out alike is worked out once: compiled SQL, routing rules, templates.

Each test has an application and an engine of its own, and most of what building and first using them costs is
translation that depends on our code alone. Nothing that belongs to a test, such as a connection or a row, is shared.
"""

import gc
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from delivery import wiring
from routing.addresses import Matcher


class Compiled(BytecodeCache):
    """Templates compiled once a process: all applications show the same pages."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was compiled from the same source before, if anything was."""
        kept = self._kept.get(f"{bucket.key}:{bucket.checksum}")
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the tests to come."""
        self._kept[f"{bucket.key}:{bucket.checksum}"] = bucket.bytecode_to_string()


TEMPLATES = Compiled()


class OneDialect(PGDialect_psycopg):
    """SQLAlchemy keys compiled statements by dialect: equal dialects find each other's. One server answers them all."""

    supports_statement_cache = True
    _statements: ClassVar[LRUCache[Any, Any]] = LRUCache(5000)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OneDialect)

    def __hash__(self) -> int:
        return hash(OneDialect)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Every engine keeps its compiled statements in the same place."""
        engine._compiled_cache = cls._statements


class OneRule(Rule):
    """A rule whose function for building addresses is compiled once: it depends on the rule's text alone."""

    _kept: ClassVar[dict[tuple[object, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (tuple(self._trace), append_unknown)
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


def share() -> None:
    """From here on, in this process."""
    registry.register("postgresql.psycopg", __name__, OneDialect.__name__)
    Flask.url_rule_class = OneRule
    # An index of ten thousand names: the same communes, compared by value, give the same one.
    vars(wiring)["Matcher"] = lru_cache(maxsize=4)(Matcher)
    # The communes' tables make a full collection dear, and next to nothing of a test's lives in cycles for long.
    gc.set_threshold(20_000, 20, 50)
