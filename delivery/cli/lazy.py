"""Commands that are imported when they are asked for: one that reads a file need not load a solver first."""

from collections.abc import Iterator, Mapping, MutableMapping
from pkgutil import resolve_name

from click import Command


class LazyCommands(MutableMapping[str, Command]):
    """The commands of a `click.Group` by name. `places` says where each is, as "module:attribute"."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)
        self._loaded: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name not in self._loaded:
            place = self._places[name]
            found = resolve_name(place)
            if not isinstance(found, Command):
                raise TypeError(f"{place} is no command, and {name!r} should be there.")
            self._loaded[name] = found
        return self._loaded[name]

    def __setitem__(self, name: str, command: Command) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        known = [names for names in (self._places, self._loaded) if name in names]
        if not known:
            raise KeyError(name)
        for names in known:
            del names[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._places, **self._loaded})

    def __len__(self) -> int:
        return len(self._places.keys() | self._loaded.keys())
