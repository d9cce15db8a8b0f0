"""Ranked pairs know their place, as a sorted list does."""

from hypothesis import given
from hypothesis import strategies as st

from store.figures.ranked import Ranked

a_pair = st.tuples(st.integers(0, 50), st.integers(0, 50))


@given(st.lists(st.tuples(st.booleans(), a_pair), max_size=200), a_pair)
def test_places_are_those_of_a_sorted_list(
    steps: list[tuple[bool, tuple[int, int]]], asked: tuple[int, int]
) -> None:
    ranked, plain = Ranked(), set[tuple[int, int]]()
    for adds, pair in steps:
        if adds and pair not in plain:
            ranked.add(pair)
            plain.add(pair)
        elif not adds and pair in plain:
            ranked.remove(pair)
            plain.remove(pair)
        assert len(ranked) == len(plain)
        assert ranked.first == min(plain, default=None)
        assert ranked.before(asked) == sum(pair < asked for pair in plain)


@given(st.sets(a_pair, max_size=50), a_pair)
def test_pairs_given_at_once_are_in_order(
    pairs: set[tuple[int, int]], asked: tuple[int, int]
) -> None:
    ranked = Ranked(pairs)
    assert (len(ranked), ranked.first) == (len(pairs), min(pairs, default=None))
    assert ranked.before(asked) == sum(pair < asked for pair in pairs)


def test_many_pairs_in_any_order() -> None:
    pairs = [((number * 7_919) % 20_011, number) for number in range(20_000)]
    ranked = Ranked()
    for pair in pairs:
        ranked.add(pair)
    in_order = sorted(pairs)
    assert [ranked.before(pair) for pair in in_order[::97]] == list(range(0, 20_000, 97))
    for pair in in_order[:19_000]:
        ranked.remove(pair)
    assert ranked.first == in_order[19_000]
    assert ranked.before((10**9, 0)) == 1_000
