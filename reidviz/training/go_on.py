"""A training that goes on to another number of steps than it was asked for."""

from dataclasses import replace

from reidviz.common.errors import ReidvizError
from reidviz.training.recipe import changed
from reidviz.training.resume_state import steps_kept
from reidviz.training.run_folder import RunFolder


def go_on_to(run: RunFolder, iterations: int) -> None:
    """Let a training end after that many steps, with the weights of one that was asked for them from the start.

    Raises ReidvizError where these would be others, for its learning rate depends on the number of steps, where it has
    done more steps already, and while it is at work.
    """
    job = run.job()
    with run.hold():
        recipe = changed(job.recipe, {"iterations": iterations})
        if recipe == job.recipe:
            return
        done = max(steps_kept(run.checkpoints), default=0)
        if done > iterations:
            raise ReidvizError(
                f"{run.name} has done {done:,} steps: it cannot end after {iterations:,}.",
                "Give a larger number, or start a new training.",
            )
        if done and recipe.schedule == "cosine":
            raise ReidvizError(
                f"{run.name} cannot end after {iterations:,} steps: its learning rate has been falling so as to reach "
                f"zero after {job.recipe.iterations:,}.",
                f"Resume it without --iterations, or start a new training from its weights: --init {run.root}",
            )
        run.ask(replace(job, recipe=recipe))
        run.log({"event": "changed", "step": done, "iterations": iterations})
