"""Key material as values: who may seal, and with which version. Read by `settings`, used by `vault`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Master keys by version (32 bytes each; the highest wraps new data keys) and the blind-index key.

    The blind-index key does not rotate with the master keys: an index computed
    last year must still find its row.
    """

    masters: Mapping[int, bytes] = field(repr=False)
    blind: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.masters:
            raise ValueError("MASTER_KEYS: name at least one key, as 1:<64 hexadecimal digits>.")
        for version, key in self.masters.items():
            if version < 1 or len(key) != 32:
                raise ValueError(f"MASTER_KEYS: key {version} must have a version from 1 and 32 bytes.")
        if len(self.blind) < 32:
            raise ValueError("BLIND_INDEX_KEY: give at least 32 bytes (64 hexadecimal digits).")

    @property
    def current(self) -> int:
        """The version that wraps new data keys."""
        return max(self.masters)
