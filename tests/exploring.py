"""The tests of a `given` alone, each on so many times more examples: `make explore TIMES=20`.

State machines, and properties inside another test, are left out: they run as often as they always do.

CI tries the same examples on every run, so that a change lands or not by what it changed. New ones are tried at every
desk by `make test`, and here by the thousand.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--times", type=int, default=20, help="how many times more examples each property test tries")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the property tests; their settings hang on the function, where Hypothesis itself looks for them."""
    times: int = config.getoption("--times")
    kept, raised = [], set()
    for item in items:
        test: Any = getattr(item, "obj", None)
        test = getattr(test, "__func__", test)
        if not is_hypothesis_test(test):
            continue
        kept.append(item)
        if test in raised:
            continue
        raised.add(test)
        usual: settings = getattr(test, "_hypothesis_internal_use_settings", None) or settings.get_profile("default")
        test._hypothesis_internal_use_settings = settings(
            usual, max_examples=usual.max_examples * times, deadline=None, suppress_health_check=list(HealthCheck)
        )
    items[:] = kept
