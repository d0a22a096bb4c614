"""The loop of a training: when hooks are called, and what a step says of its losses."""

from dataclasses import replace
from typing import Literal

import pytest

from reidviz.training.loop import Hook, Training
from reidviz.training.resume_state import ResumeState
from reidviz.training.stopping import StoppedError
from reidviz.training.trainer import Step
from tests.training.test_trainer import RECIPE, trainer

START = ResumeState(0, 0.0, None, None, 0, "hash", ())


class Recorder(Hook):
    """Writes down every call, and stops before a step."""

    def __init__(self, name: str, calls: list[tuple[str, str, int]], stop_at: int | None = None) -> None:
        self.name, self.calls, self.stop_at = name, calls, stop_at

    def before_step(self, training: Training) -> None:
        self.calls.append((self.name, "before", training.trainer.done))
        if training.trainer.done == self.stop_at:
            raise StoppedError

    def after_step(self, training: Training, step: Step) -> None:
        assert step.step == training.trainer.done == training.state.step
        self.calls.append((self.name, "after", step.step))

    def stopped(self, training: Training) -> None:
        self.calls.append((self.name, "stopped", training.trainer.done))

    def finished(self, training: Training) -> None:
        self.calls.append((self.name, "finished", training.trainer.done))


def test_hooks_are_called_in_their_order_around_every_step_and_at_the_end() -> None:
    calls: list[tuple[str, str, int]] = []
    state = Training(trainer(), START, 2).run([Recorder("a", calls), Recorder("b", calls)])
    assert state.step == 2
    assert calls == [
        (name, what, step)
        for what, step in (("before", 0), ("after", 1), ("before", 1), ("after", 2), ("before", 2), ("finished", 2))
        for name in "ab"
    ]


def test_a_training_that_is_stopped_tells_its_hooks_and_goes_on_from_there() -> None:
    calls: list[tuple[str, str, int]] = []
    training = Training(trainer(), START, 3)
    with pytest.raises(StoppedError):
        training.run([Recorder("a", calls, stop_at=1), Recorder("b", calls)])
    assert calls[-3:] == [("a", "before", 1), ("a", "stopped", 1), ("b", "stopped", 1)]
    assert training.run([Recorder("a", calls)]).step == 3


def test_what_a_hook_notes_is_true_from_then_on() -> None:
    training = Training(trainer(), START, 1)
    training.note(validated=1, best=50.0)
    state = training.run([])
    assert (state.validated, state.best, state.step, len(state.first_losses)) == (1, 50.0, 1, 1)


@pytest.mark.parametrize(
    ("variant", "tasks", "names"),
    [
        ("mtdnet", "joint", [{"triplet_loss", "pair_loss", "pair_accuracy"}] * 2),
        ("mtdnet", "alternating", [{"triplet_loss"}, {"pair_loss", "pair_accuracy"}]),
        ("mtdnet-rnk", "joint", [{"triplet_loss"}] * 2),
        ("mtdnet-cls", "joint", [{"pair_loss", "pair_accuracy"}] * 2),
    ],
)
def test_a_step_has_the_losses_of_its_tasks_and_no_others(
    variant: str, tasks: Literal["joint", "alternating"], names: list[set[str]]
) -> None:
    made = trainer(variant, replace(RECIPE, tasks=tasks))
    for expected in names:
        step = made.step()
        weighed = sum(getattr(step, name) for name in expected - {"pair_accuracy"})
        assert step.loss == pytest.approx(weighed)
        assert {n for n in vars(step) if getattr(step, n) is not None} - {"step", "images", "loss"} == expected
