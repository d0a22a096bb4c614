"""Which weights a training starts from, and the recipe that fits them."""

from pathlib import Path

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.models.model_card import find_checkpoint, read_card
from reidviz.training.job import Job
from reidviz.training.recipe import SETTINGS, Recipe, changed, value_of
from reidviz.training.recipes import RECIPES, recipe_named
from reidviz.ui.session.models import known_rankers
from reidviz.ui.training.menus import menu_of
from reidviz.ui.training.runs import RunView


def start_input(recipe_name: str, runs: list[RunView], old: Job | None, key: str) -> Path | None:
    """The weights that are chosen, None for fresh ones. old: a job that is repeated."""
    rankers = known_rankers().values()
    paths = [settings.IMAGENET, *(r.path for r in rankers if r.path.parent == settings.CHECKPOINTS)]
    paths += [seen.folder.root for seen in runs if seen.has_weights]
    if old is not None and old.init is not None:
        paths.append(old.init)
    options = {"": "fresh weights"} | {str(path): init_words(path) for path in paths}
    if old is not None:
        present = str(old.init or "")
    else:
        fitting = recipe_name not in RECIPES or RECIPES[recipe_name]().architecture.stem == "torchvision"
        present = str(settings.IMAGENET) if fitting else ""
    chosen = menu_of(
        "Start from",
        list(options),
        present,
        key,
        "Weights that the network starts with: every layer of the same name and shape there. The others start fresh.",
        lambda path: options.get(path, path),
    )
    return Path(chosen) if chosen else None


def init_words(init: Path | None) -> str:
    """What a training starts from, in words."""
    if init is None:
        return "fresh weights"
    if init == settings.IMAGENET:
        return "ImageNet"
    return init.stem if init.parent == settings.CHECKPOINTS else f"run {init.name}"


def recipe_from_start(name: str, variant: str, init: Path | None, old: Job | None) -> Recipe:
    """The recipe of that name, with the stem of the weights it starts from, and with what a duplicated run changed."""
    stem = _stem(init)
    if old is None or old.recipe.name != name:
        return recipe_named(name, variant, stem)
    if old.recipe.name not in RECIPES:
        return old.recipe
    plain = recipe_named(name, old.variant, old.recipe.architecture.stem)
    differing = {s: value_of(old.recipe, s) for s in SETTINGS if value_of(old.recipe, s) != value_of(plain, s)}
    return changed(recipe_named(name, variant, stem or old.recipe.architecture.stem), differing)


def _stem(init: Path | None) -> str | None:
    if init is None:
        return None
    return "torchvision" if init == settings.IMAGENET else read_card(find_checkpoint(init)).architecture.stem


def check_start(init: Path | None, recipe: Recipe) -> None:
    """ReidvizError where weights do not fit a recipe."""
    stem = _stem(init)
    if stem not in {None, recipe.architecture.stem}:
        raise ReidvizError(
            f"Weights of {init_words(init)} have the stem {stem}, this recipe has {recipe.architecture.stem}.",
            "Choose the same stem in All settings, or start from fresh weights.",
        )
