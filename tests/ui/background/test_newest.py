"""What a server keeps of its last computations."""

from reidviz.ui.background.newest import keep_newest


def test_the_oldest_go_first() -> None:
    kept: dict[str, int] = {}
    for number, key in enumerate("abcd"):
        assert keep_newest(kept, key, number, 3) == number
    assert kept == {"b": 1, "c": 2, "d": 3}


def test_a_value_put_again_is_not_counted_twice() -> None:
    kept = {"a": 1, "b": 2}
    keep_newest(kept, "a", 3, 2)
    assert kept == {"a": 3, "b": 2}
