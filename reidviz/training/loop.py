"""The loop of a training: steps, and hooks around them."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reidviz.common.errors import ReidvizError
from reidviz.training import devices
from reidviz.training.resume_state import ResumeState
from reidviz.training.stopping import StoppedError
from reidviz.training.trainer import Step, Trainer


class Hook:
    """Something done beside the steps of a training, as validating, saving or reporting.

    Each method does nothing unless a hook says otherwise. All hooks are called in their order, in every process of a
    team, at the same steps: what a single process is to do a hook asks of `team.rank`. A hook that draws at random
    must not use torch's generator: steps set it anew, but a validation would no longer be the same. An error that it
    raises ends the training as failed; StoppedError in before_step ends it as stopped.
    """

    def before_step(self, training: "Training") -> None:
        """Before every step, and once more when none is left: training.trainer.done steps are done."""

    def after_step(self, training: "Training", step: Step) -> None:
        """After every step."""

    def stopped(self, training: "Training") -> None:
        """The training ends before its last step, and is to go on from here another time."""

    def finished(self, training: "Training") -> None:
        """All steps are done."""


class Training:
    """A training from the step at which it stands to its last one, `total`."""

    def __init__(self, trainer: Trainer, state: ResumeState, total: int) -> None:
        self.trainer = trainer
        self.total = total
        self._state = state
        self._since = time.monotonic()
        self._before = state.seconds

    @property
    def state(self) -> ResumeState:
        """What is true now."""
        seconds = self._before + time.monotonic() - self._since
        return replace(
            self._state, step=self.trainer.done, seconds=seconds, first_losses=tuple(self.trainer.first_losses)
        )

    def note(self, **changes: Any) -> None:
        """Change what is true, as a validation does."""
        self._state = replace(self._state, **changes)

    def run(self, hooks: Sequence[Hook]) -> ResumeState:
        """Step to the end, with the hooks; what is true then. Raises StoppedError where one of them stops it."""
        try:
            while True:
                for hook in hooks:
                    hook.before_step(self)
                if self.trainer.done == self.total:
                    break
                step = self._step()
                for hook in hooks:
                    hook.after_step(self, step)
        except StoppedError:
            for hook in hooks:
                hook.stopped(self)
            raise
        for hook in hooks:
            hook.finished(self)
        return self.state

    def _step(self) -> Step:
        try:
            return self.trainer.step()
        except (RuntimeError, MemoryError) as error:
            if not devices.out_of_memory(error):
                raise
            cause = error.with_traceback(None)
        size = self.trainer.recipe.size
        fits = devices.largest_that_fits(size, self.trainer.try_size)
        raise ReidvizError(
            f"A batch of {size} does not fit in the memory of {devices.name_of(self.trainer.device)}.",
            f"A batch of {fits} would fit: start again with that size." if fits else "Not even a batch of 1 fits.",
        ) from cause
