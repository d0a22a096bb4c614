import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reidviz.evaluation.embedding.sampling import by_identity


@given(st.lists(st.integers(0, 6), min_size=1, max_size=80), st.integers(1, 90), st.integers(0, 5))
def test_each_person_keeps_its_share(persons: list[int], count: int, seed: int) -> None:
    identities = np.array(persons)
    chosen = by_identity(identities, count, seed)
    assert len(chosen) == min(count, len(identities))
    assert (np.diff(chosen) > 0).all()
    share = len(chosen) / len(identities)
    for person in set(persons):
        assert abs((identities[chosen] == person).sum() - share * (identities == person).sum()) <= 1
    np.testing.assert_array_equal(chosen, by_identity(identities, count, seed))


def test_persons_seen_once_are_not_ignored() -> None:
    identities = np.concatenate([np.arange(500), 1000 + np.repeat(np.arange(50), 10)])
    for count in (100, 200, 400, 600):
        once = int((by_identity(identities, count, 0) < 500).sum())
        assert abs(once - count / 2) < count / 10
