"""The recipes that are known by name."""

from dataclasses import asdict, replace
from typing import get_args

from reidviz.common.errors import ReidvizError
from reidviz.models.architecture import StemName, compact, paper
from reidviz.models.model_card import Card
from reidviz.training.recipe import Recipe, recipe_from


def paper_recipe(stem: StemName = "caffenet") -> Recipe:
    """The release: 128 triplets of the list, 10 negatives a pair, SGD at 1e-3, margin 1, mirror only."""
    return Recipe("paper", paper(stem), "sgd", 1e-3, 5e-4, "fixed", 20_000, "triplets", 128, 1.0, random=10)


def compact_recipe(stem: StemName = "torchvision") -> Recipe:
    """Tuned for two CPU cores: AdamW with cosine decay, batches of 32 persons, the nearest and a random negative."""
    return Recipe(
        name="compact",
        architecture=compact(stem),
        optimiser="adamw",
        rate=1e-3,
        decay=1e-2,
        schedule="cosine",
        iterations=1_000,
        batch="identities",
        size=32,
        margin=0.3,
        hardest=1,
        random=1,
        shift=0.05,
        gain=0.2,
    )


def modern_recipe(stem: StemName = "torchvision") -> Recipe:
    """The best found for this architecture, from all of ImageNet's AlexNet (`--init imagenet`); docs/recipes.md has the
    measurements behind it."""
    usual = compact_recipe(stem)
    architecture = replace(
        usual.architecture,
        height=160,
        feat=512,
        conv3=384,
        conv4=256,
        conv5=256,
        fc=512,
        dropout=0.2,
        stem_norm="after",
        groups=1,
        standardise=0.5,
    )
    return replace(
        usual,
        name="modern",
        architecture=architecture,
        iterations=5_000,
        size=64,
        hardest=4,
        random=4,
        turns=True,
        gain=0.0,
        precision="bf16",
    )


def teaching_recipe(card: Card) -> Recipe:
    """A short fine-tune of a trained network: its own recipe for 200 steps at a tenth of its learning rate, with nobody
    held out, for whom it is to be tested on it may have been trained on already.

    Raises ReidvizError where the card does not say how the network was trained.
    """
    own = recipe_from(card.recipe | {"architecture": asdict(card.architecture)})
    return replace(own, iterations=200, rate=own.rate / 10, held_out=0.0)


RECIPES = {"paper": paper_recipe, "compact": compact_recipe, "modern": modern_recipe}


def ranking_alone(recipe: Recipe) -> Recipe:
    """A recipe with batch norm for mtdnet-rnk: eight random negatives and no dropout.

    A deep network that has the triplet loss alone collapses under the nearest negatives and under dropout before its
    feature: rank-1 on CUHK01 after 250 steps is 2.5 with both, 4.2 without the first, 10.1 without either.
    """
    return replace(
        recipe, architecture=replace(recipe.architecture, dropout=0.0), hardest=0, random=8, semi_hard=0, turns=False
    )


def recipe_named(name: str, variant: str, stem: str | None = None) -> Recipe:
    """The recipe of that name for a variant, with its own stem or the one asked for.

    Raises ReidvizError for an unknown name or stem.
    """
    if name not in RECIPES:
        raise ReidvizError(f"There is no recipe called {name!r}.", f"Choose one of: {', '.join(RECIPES)}.")
    known = {str(s): s for s in get_args(StemName)}
    if stem is not None and stem not in known:
        raise ReidvizError(f"There is no stem called {stem!r}.", f"Choose one of: {', '.join(known)}.")
    recipe = RECIPES[name]() if stem is None else RECIPES[name](known[stem])
    return ranking_alone(recipe) if name != "paper" and variant == "mtdnet-rnk" else recipe
