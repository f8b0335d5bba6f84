"""Routes as couriers might have driven them, from a truth that the test knows; a fifth of the legs say nonsense."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from routing.learning import STANDARD_SERVICE, Leg
from routing.matrix import STANDARD, HalfDay

FIRST_DAY = date(2026, 10, 1)


@dataclass(frozen=True, kw_only=True)
class Truth:
    """How it really is: kilometres an hour, seconds at a door and for each further item, and who is slower by what."""

    km_h: float = 20.0
    door: float = 150.0
    further: float = 30.0
    slower: tuple[tuple[str, float], ...] = (("A", 1.0),)


def driven(truth: Truth, *, days: int = 40, legs_a_day: int = 24, odd: float = 0.2, seed: int = 1) -> list[Leg]:
    """Each courier's legs, half in the morning; most of the `odd` ones hold a rest, the others came in one go."""
    random = np.random.default_rng(seed)
    made = []
    for courier, slower in truth.slower:
        for n in range(days * legs_a_day):
            metres, items = int(random.exponential(900)), 1 + int(random.random() < 0.3)
            true = metres / (truth.km_h / 3.6) * slower + 20 + truth.door + truth.further * (items - 1)
            seconds = true * random.gamma(16, 1 / 16)
            if random.random() < odd:
                seconds = seconds + random.exponential(1_500) if random.random() < 0.7 else seconds * 0.15
            half_day = HalfDay.MORNING if n % legs_a_day < legs_a_day / 2 else HalfDay.AFTERNOON
            usual = metres / STANDARD.profiles["motorbike", half_day].metres_per_second + 20
            made.append(
                Leg(
                    vehicle="motorbike",
                    half_day=half_day,
                    courier=courier,
                    day=FIRST_DAY + timedelta(n // legs_a_day),
                    metres=metres,
                    items=items,
                    planned=round(usual) + STANDARD_SERVICE.of(items),
                    observed=round(seconds),
                )
            )
    return made
