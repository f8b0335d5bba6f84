"""What is published of people tells of no few of them: proven against every table that fits."""

from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules.crosstabs import Atom, Cell, Layout, Published
from delivery.rules.leaks import Fault, Leak, audit
from delivery.rules.suppression import suppress, total_only

LEAST, WIDTH = 3, 2

PLAIN = Layout(
    dimensions=("province", "kind"),
    views=((), ("province",), ("kind",), ("province", "kind")),
    possible=frozenset(product("ABC", "xy")),
)
LINKED = Layout(
    dimensions=("province", "kind", "remoteness"),
    views=((), ("province",), ("kind",), ("remoteness",), ("province", "kind"), ("remoteness", "kind")),
    # Province B has no remote commune: everybody knows it from the map.
    possible=frozenset(product("AB", "xy", "rn")) - {("B", "x", "r"), ("B", "y", "r")},
)
BEARERS = Layout(
    dimensions=("province", "kind", "bearer"),
    views=((), ("province",), ("kind",), ("bearer",), ("province", "kind")),
    # The tariff book says who bears which kind.
    possible=frozenset((p, k, b) for p, (k, b) in product("AB", (("x", "s"), ("y", "s"), ("z", "a")))),
)
MONTHS = Layout(
    dimensions=("month", "kind"),
    views=((), ("month",), ("kind",), ("month", "kind")),
    possible=frozenset(product(("10", "11", "12"), "xy")),
)


def every_table(published: Published) -> Iterator[Mapping[Cell, int]]:
    """All tables of whole numbers that fit what is shown, by brute force: what the cleverest attacker is left with."""
    layout = published.layout
    shown = [(layout.members[cell], people) for cell, people in published.shown.items()]

    def fill(at: int, numbers: list[int], left: list[int]) -> Iterator[list[int]]:
        if at == len(layout.atoms):
            if not any(left):
                yield numbers
            return
        mine = [n for n, (inside, _) in enumerate(shown) if at in inside]
        for people in range(min(left[n] for n in mine) + 1):
            rest = [here - people if n in mine else here for n, here in enumerate(left)]
            closed = any(rest[n] and max(inside) <= at for n, (inside, _) in enumerate(shown))
            if not closed:
                yield from fill(at + 1, [*numbers, people], rest)

    for numbers in fill(0, [], [people for _, people in shown]):
        yield {cell: sum(numbers[at] for at in inside) for cell, inside in layout.members.items()}


def assert_nobody_can_tell(published: Published, truth: Mapping[Cell, int]) -> None:
    """Every hidden cell can still be numbers that lie the promised width apart, and the truth is among the tables."""
    if not published.shown:
        return
    low, high = dict(truth), dict(truth)
    fits = False
    for table in every_table(published):
        fits = fits or table == truth
        for cell in published.hidden:
            low[cell], high[cell] = min(low[cell], table[cell]), max(high[cell], table[cell])
    assert fits
    for cell in published.hidden:
        assert high[cell] - low[cell] >= published.width, cell


def tables(layout: Layout, most: int) -> st.SearchStrategy[dict[Atom, int]]:
    """People in each finest cell; many have none, as in a real month."""
    few = st.one_of(st.just(0), st.integers(0, most))
    return st.fixed_dictionaries(dict.fromkeys(layout.atoms, few))


@pytest.mark.parametrize("layout", [PLAIN, LINKED, BEARERS, MONTHS], ids=["plain", "linked", "bearers", "months"])
def test_no_attacker_finds_a_hidden_number(layout: Layout) -> None:
    """Rows, columns, linked tables, the tariff book's knowledge and sums over months help nobody."""

    @given(tables(layout, 4))
    def law(counts: dict[Atom, int]) -> None:
        published = suppress(layout, counts, least=LEAST, width=WIDTH)
        assert audit(published) == []
        assert_nobody_can_tell(published, layout.sums(counts))

    law()


@given(tables(LINKED, 60))
def test_the_audit_finds_nothing_at_real_sizes(counts: dict[Atom, int]) -> None:
    """The audit is told nothing of how the cells were chosen."""
    assert audit(suppress(LINKED, counts, least=10, width=9)) == []


@given(tables(LINKED, 60))
def test_nothing_shown_counts_fewer_than_the_least_and_all_of_it_is_true(counts: dict[Atom, int]) -> None:
    """Hiding never changes a number."""
    truth = LINKED.sums(counts)
    published = suppress(LINKED, counts, least=10, width=9)
    assert all(people >= 10 and truth[cell] == people for cell, people in published.shown.items())


@given(tables(LINKED, 60))
def test_the_same_table_is_hidden_the_same_way(counts: dict[Atom, int]) -> None:
    """Two editions that hid different cells could be laid over each other."""
    turned = dict(reversed(list(counts.items())))
    assert suppress(LINKED, counts, least=10, width=9) == suppress(LINKED, turned, least=10, width=9)


def test_nothing_is_hidden_where_everybody_is_many() -> None:
    """A public account that hides for no reason is none."""
    published = suppress(LINKED, dict.fromkeys(LINKED.atoms, 50), least=10, width=9)
    assert published.hidden == ()


def test_one_small_cell_takes_three_others_with_it_and_no_total() -> None:
    """The least that two-way tables allow: a rectangle."""
    counts = dict.fromkeys(PLAIN.atoms, 50) | {("A", "x"): 2}
    published = suppress(PLAIN, counts, least=10, width=9)
    assert len(published.hidden) == 4
    assert all(None not in cell for cell in published.hidden)
    assert ("A", "x") in published.hidden


def test_fewer_than_the_least_altogether_are_not_shown_at_all() -> None:
    """Not even how many."""
    published = suppress(PLAIN, {("A", "x"): 9}, least=10, width=9)
    assert published.shown == {}
    assert audit(published) == []


def test_a_zero_is_hidden_like_any_small_number() -> None:
    """Were it shown, all that is hidden would be known to hold somebody."""
    counts = dict.fromkeys(PLAIN.atoms, 50) | {("A", "x"): 0}
    assert ("A", "x") in suppress(PLAIN, counts, least=10, width=9).hidden


def test_people_where_nobody_can_be_are_refused_by_name() -> None:
    """The layout would tell readers that they are not there."""
    with pytest.raises(ValueError, match="B"):
        suppress(LINKED, {("B", "x", "r"): 1}, least=10, width=9)


def _all_but(layout: Layout, counts: Mapping[Atom, int], *hidden: Cell) -> Published:
    shown = {cell: people for cell, people in layout.sums(counts).items() if cell not in hidden}
    return Published(layout=layout, shown=shown, least=10, width=9)


FIFTY = dict.fromkeys(PLAIN.atoms, 50) | {("A", "x"): 3}


def test_the_audit_finds_a_small_number_that_is_shown() -> None:
    """The plainest leak."""
    assert Fault(Leak.SMALL, ("A", "x")) in audit(_all_but(PLAIN, FIFTY))


def test_the_audit_finds_a_cell_that_its_row_gives_away() -> None:
    """The total less what is shown."""
    assert Fault(Leak.COMPUTED, ("A", "x")) in audit(_all_but(PLAIN, FIFTY, ("A", "x"), ("B", "x")))


def test_the_audit_finds_a_cell_that_only_several_tables_together_give_away() -> None:
    """Province B has no remote commune, so all remote people of a kind are of A: one table names the other's cell."""
    counts = dict.fromkeys(LINKED.atoms, 50) | {("A", "x", "n"): 3}
    hidden = [("A", "x", None), ("A", "y", None), ("B", "x", None), ("B", "y", None)]
    assert audit(_all_but(LINKED, counts, *hidden)) == []
    told = _all_but(LINKED, counts, ("A", "x", None), ("A", None, None), ("B", None, None))
    assert {fault.cell for fault in audit(told) if fault.leak is Leak.COMPUTED} == {
        ("A", "x", None),
        ("A", None, None),
        ("B", None, None),
    }


def test_the_audit_finds_a_month_that_the_year_gives_away() -> None:
    """Sums over months are one more table with margins."""
    counts = dict.fromkeys(MONTHS.atoms, 50) | {("10", "x"): 1}
    told = audit(_all_but(MONTHS, counts, ("10", "x"), ("10", "y")))
    assert Fault(Leak.COMPUTED, ("10", "x")) in told


def test_the_audit_finds_a_cell_that_is_bounded_too_narrowly() -> None:
    """Not known is not enough: between 0 and 3 is as good as known."""
    counts = dict.fromkeys(PLAIN.atoms, 50) | {("A", "x"): 3, ("A", "y"): 0, ("B", "x"): 0}
    told = audit(_all_but(PLAIN, counts, ("A", "x"), ("A", "y"), ("B", "x"), ("B", "y"), ("A", None), ("B", None)))
    assert Fault(Leak.NARROW, ("A", "x")) in told or Fault(Leak.SMALL_REST, (None, "x")) in told


def test_the_audit_finds_a_rest_that_is_too_few_people() -> None:
    """Two hidden cells that are 5 people together tell of 5 people."""
    counts = dict.fromkeys(PLAIN.atoms, 50) | {("A", "x"): 3, ("A", "y"): 2}
    hidden = [("A", "x"), ("A", "y"), ("B", "x"), ("B", "y"), ("A", None)]
    assert Fault(Leak.SMALL_REST, (None, None)) in audit(_all_but(PLAIN, counts, *hidden))


def test_the_audit_finds_numbers_that_no_table_fits() -> None:
    """A wrong sum is a mistake of ours, and it is not published."""
    shown = dict(_all_but(PLAIN, FIFTY, ("A", "x")).shown) | {("A", None): 20}
    assert audit(Published(layout=PLAIN, shown=shown, least=10, width=9))[-1].leak is Leak.CONTRADICTION


def test_a_table_that_fails_its_audit_can_fall_back_to_its_total() -> None:
    """Better a thin account than a leaking one, or none."""
    leaking = _all_but(PLAIN, FIFTY)
    assert total_only(leaking).shown == {PLAIN.total: 253}
    assert audit(total_only(leaking)) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"views": (("kind",),)}, "total"),
        ({"views": ((), ("colour",))}, "colour"),
        ({"dimensions": ("province", "kind", "kind")}, "twice"),
        ({"possible": frozenset()}, "possible"),
        ({"possible": frozenset({("A",)})}, "'A'"),
    ],
)
def test_a_layout_refuses_nonsense_and_names_it(changes: dict[str, object], named: str) -> None:
    """A layout that is wrong would prove the wrong thing."""
    given_layout = {"dimensions": PLAIN.dimensions, "views": PLAIN.views, "possible": PLAIN.possible} | changes
    with pytest.raises(ValueError, match=named):
        Layout(**given_layout)  # type: ignore[arg-type]


def test_a_width_above_the_least_total_cannot_be_promised() -> None:
    """The smallest total that is shown holds no more."""
    with pytest.raises(ValueError, match="width of 11"):
        Published(layout=PLAIN, shown={}, least=10, width=11)
