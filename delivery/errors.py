"""What can go wrong, in words for the person who must act.

Each error carries a stable code (for programs), the sentence in Vietnamese and
in English (for people) and facts (for both). Only `delivery.web.problems` turns
one into an HTTP status.
"""

from collections.abc import Mapping

Fact = str | int | bool | None


class Trouble(Exception):
    """Something that the caller can act on. `code` is kebab-case and never changes its meaning."""

    def __init__(self, code: str, *, vi: str, en: str, facts: Mapping[str, Fact] | None = None) -> None:
        super().__init__(en)
        self.code = code
        self.vi = vi
        self.en = en
        self.facts: dict[str, Fact] = dict(facts or {})

    def words(self, language: str) -> str:
        """The sentence in `language` ("vi" or "en"); anything else reads Vietnamese."""
        return self.en if language == "en" else self.vi


class NotFound(Trouble):
    """What was named does not exist, or is not this caller's to see."""


class Refused(Trouble):
    """The request is understood, and the present state of things does not allow it."""


class Forbidden(Trouble):
    """The caller is known and may not do this."""


class Invalid(Trouble):
    """The request itself is wrong. `pointer` is the JSON pointer of the culprit, "" for the whole."""

    def __init__(
        self, code: str, *, vi: str, en: str, pointer: str = "", facts: Mapping[str, Fact] | None = None
    ) -> None:
        super().__init__(code, vi=vi, en=en, facts=facts)
        self.pointer = pointer
