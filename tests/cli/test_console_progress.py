import io

import pytest

from reidviz.cli.progress import ConsoleProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that bars read: one second, as long as nobody changes it."""
    now = [1.0]
    monkeypatch.setattr("tqdm.std.time", lambda: now[0])
    return now


def test_what_is_left_is_told_by_what_was_done_here(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 100 steps 40 were done before: ten more in ten seconds leave fifty for fifty."""
    monkeypatch.setattr("sys.stderr", screen := Terminal())
    progress = ConsoleProgress()
    progress(40, 100, "training (loss 3.1)")
    clock[0] += 10
    progress(50, 100, "training (loss 2.9)")
    assert "training (loss 2.9):  50%" in screen.getvalue()
    assert "50/100 [00:10<00:50" in screen.getvalue()


def test_another_stage_is_another_bar_in_its_place(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", screen := Terminal())
    progress = ConsoleProgress()
    for done, total, what in ((1, 9, "reading"), (9, 9, "reading"), (0, 0, "ranking"), (3, 0, "ranking")):
        clock[0] += 1
        progress(done, total, what)
    progress.end()
    assert "reading: 100%" in screen.getvalue()
    assert "ranking: 3it" in screen.getvalue()
    assert "\n" not in screen.getvalue()


def test_where_it_is_no_terminal_there_is_a_line_now_and_then(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", log := io.StringIO())
    progress = ConsoleProgress()
    for done in range(40):
        progress(done, 40, "reading")
        clock[0] += 1
    lines = log.getvalue().splitlines()
    assert [line.partition("|")[0] for line in lines] == ["reading:  38%", "reading:  75%"]
    assert ConsoleProgress().end() is None
