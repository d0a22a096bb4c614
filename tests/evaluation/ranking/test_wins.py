import numpy as np

from reidviz.evaluation.ranking.wins import wins


def test_wins_by_hand() -> None:
    """Probe by probe: a alone, b alone, a and b, all three, c alone."""
    a, b, c = (np.array(ranks) for ranks in ([1, 5, 2, 1, 9], [2, 1, 2, 1, 8], [3, 7, 3, 1, 1]))
    won = wins([a, b, c])
    assert won.alone == (1, 1, 1)
    assert won.shared == 2
