"""Behaviour of the ordered set under everything."""

from hypothesis import given
from hypothesis import strategies as st

from router.core.ranking import SLACK, Ranking

CHANGES = st.lists(st.tuples(st.sampled_from("abcdef"), st.none() | st.integers(0, 3)))


@given(CHANGES)
def test_it_is_always_in_order_whatever_came_and_left(
    changes: list[tuple[str, int | None]],
) -> None:
    ranking: Ranking[str, tuple[int, ...]] = Ranking()
    model: dict[str, int] = {}
    for item, rank in changes:
        if rank is None:
            ranking.discard(item)
            model.pop(item, None)
        else:
            ranking.put(item, (rank,))
            model[item] = rank
        expected = sorted(((rank,), item) for item, rank in model.items())
        assert list(ranking.ascending()) == expected
        assert ranking.first() == (expected[0] if expected else None)
        assert len(ranking) == len(model)


def test_an_item_that_comes_back_with_its_old_rank_is_there_once() -> None:
    ranking: Ranking[str, tuple[int, ...]] = Ranking()
    for item in ("a", "b"):
        ranking.put(item, (1,))
    ranking.discard("b")
    ranking.put("b", (1,))
    assert list(ranking.ascending()) == [((1,), "a"), ((1,), "b")]


def test_what_is_dead_does_not_pile_up() -> None:
    ranking: Ranking[str, tuple[int, ...]] = Ranking()
    ranking.put("first", (0,))
    for rank in range(10_000):
        ranking.put("other", (rank + 1,))
    assert len(ranking._heap) <= 2 * len(ranking) + SLACK + 1
    assert [item for _, item in ranking.ascending()] == ["first", "other"]
