"""Everything that decides a training, in one frozen record."""

import math
from dataclasses import MISSING, asdict, dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

from reidviz.common.errors import ReidvizError
from reidviz.models.architecture import Architecture, StemName, check_sizes, compact, paper

HINT = "Look at the settings of a recipe in README.md, or start from one by its name."
MOST_ITERATIONS = 100_000_000
MOST_IN_A_BATCH = 65_536


@dataclass(frozen=True)
class Recipe:
    """How a network is trained. check() tells whether it is possible.

    architecture   the sizes of the network
    optimiser      "sgd" as in the release (momentum 0.9, biases at twice the rate and not decayed), or "adamw"
    rate, decay    learning rate and weight decay
    schedule       "fixed", or "cosine" down to zero after a warm-up over the first tenth of the steps
    iterations     steps of the optimiser
    batch          "triplets": the release's list, a random positive pair with all its negatives after the other;
                   "identities": persons, each with some pictures from two cameras
    size           triplets or persons a batch
    shots          with "identities": pictures of each person
    hardest, semi_hard, random   negatives for each positive pair: the nearest, the nearest of those farther away than
                   the positive (Schroff et al., 2015), and drawn ones; "triplets" has drawn ones only
    turns          one kind of negatives a step, by turns, instead of all kinds in each step
    tasks          "joint": both losses in each step (the release); "alternating": one a step, by turns (the notes)
    margin         of the triplet loss
    ranking_weight, pair_weight  what the two losses count
    joint_weight   of mtdnet-cross, what the loss on joint features counts
    joint          where the joint feature of a pair is taken: "conv5", the map itself (notes), or "fc7", before its
                   ReLU and normalised (release)
    source_copy    of mtdnet-cross, the network that sees the source: "frozen", a teacher (release), or "trained"
    mirror         mirror pictures at random; shift: crop jitter as a share of the side; gain: random contrast and
                   brightness of each colour channel; erase: the share of pictures that lose a random rectangle
                   (Zhong et al., 2020)
    precision      "fp32", or "bf16": convolutions and matrix products in half the width
    channels_last  lay pictures out with the channels last (faster on most machines)
    compile        compile the network with torch.compile (needs a C++ compiler)
    held_out       share of the training persons that are not trained on but validated on, 100 persons at most
    """

    name: str
    architecture: Architecture
    optimiser: Literal["sgd", "adamw"]
    rate: float
    decay: float
    schedule: Literal["fixed", "cosine"]
    iterations: int
    batch: Literal["triplets", "identities"]
    size: int
    margin: float
    shots: int = 2
    hardest: int = 0
    semi_hard: int = 0
    random: int = 1
    turns: bool = False
    tasks: Literal["joint", "alternating"] = "joint"
    ranking_weight: float = 1.0
    pair_weight: float = 1.0
    joint_weight: float = 1.0
    joint: Literal["conv5", "fc7"] = "fc7"
    source_copy: Literal["frozen", "trained"] = "frozen"
    mirror: bool = True
    shift: float = 0.0
    gain: float = 0.0
    erase: float = 0.0
    precision: Literal["fp32", "bf16"] = "fp32"
    channels_last: bool = True
    compile: bool = False
    held_out: float = 0.1

    @property
    def negatives(self) -> int:
        """Negatives for each positive pair in one step, at most."""
        counts = (self.hardest, self.semi_hard, self.random)
        return max(counts) if self.turns else sum(counts)

    @property
    def validate_every(self) -> int:
        """Steps from one validation to the next: ten in a whole training."""
        return max(1, self.iterations // 10)


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
    """The best found for this architecture on two CPU cores; docs/results.md has the measurements behind it."""
    return replace(
        compact_recipe(stem),
        name="modern",
        architecture=replace(compact(stem), height=160, feat=512, dropout=0.3),
        iterations=5_000,
        size=64,
        hardest=4,
        random=4,
        turns=True,
        erase=0.4,
        precision="bf16",
    )


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


def changed(recipe: Recipe, settings: dict[str, Any]) -> Recipe:
    """The recipe with other settings, by name; "architecture.fc" reaches into the architecture.

    Raises ReidvizError for an unknown name, a value of another type or an impossible recipe.
    """
    values = asdict(recipe)
    for name, value in settings.items():
        outer, _, inner = name.partition(".")
        place = values["architecture"] if outer == "architecture" and inner else values
        key = inner if place is not values else name
        if key not in place or isinstance(place[key], dict):
            raise ReidvizError(
                f"A recipe has no setting called {name!r}.", f"Its settings: {', '.join(settings_of())}."
            )
        place[key] = value
    return recipe_from(values)


def settings_of() -> list[str]:
    """The name of every setting, as changed() takes them."""
    own = [f.name for f in fields(Recipe) if f.name not in {"name", "architecture"}]
    return own + [f"architecture.{f.name}" for f in fields(Architecture)]


def recipe_from(values: dict[str, Any]) -> Recipe:
    """The recipe that asdict() turned into values. Raises ReidvizError when it is none, or an impossible one."""
    try:
        architecture = _typed(Architecture, values["architecture"])
        recipe: Recipe = _typed(Recipe, values | {"architecture": architecture})
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ReidvizError("These are not the settings of a recipe.", HINT) from error
    check(recipe)
    return recipe


def _typed(kind: type[Any], values: dict[str, Any]) -> Any:
    """kind(**values), with every value of the type that is written beside its name."""
    hints = get_type_hints(kind)
    unknown = sorted(set(values) - set(hints))
    if unknown:
        raise ReidvizError(f"A recipe has no setting called {unknown[0]!r:.100}.", HINT)
    missing = [f.name for f in fields(kind) if f.default is MISSING and f.name not in values]
    if missing:
        raise ReidvizError(f"A recipe needs the setting {missing[0]}.", HINT)
    made: dict[str, Any] = {}
    for name, value in values.items():
        wanted = hints[name]
        options = get_args(wanted)
        if wanted is float and type(value) is int:
            value = float(value)
        if options and value not in options:
            raise ReidvizError(f"{name} cannot be {value!r:.100}.", f"Choose one of: {', '.join(map(str, options))}.")
        if not options and type(value) is not wanted:
            raise ReidvizError(f"{name} cannot be {value!r:.100}.", f"It wants a value of type {wanted.__name__}.")
        made[name] = value
    return kind(**made)


def check(recipe: Recipe) -> None:
    """Raises ReidvizError, in one sentence, when nobody could train by this recipe."""
    check_sizes(recipe.architecture, HINT)
    r = recipe
    numbers = [v for v in asdict(r).values() if isinstance(v, float)]
    demands = (
        (all(math.isfinite(v) for v in numbers), "Every setting must be a finite number."),
        (r.iterations >= 1, "A training needs at least one iteration."),
        (r.iterations <= MOST_ITERATIONS, f"A training can have at most {MOST_ITERATIONS:,} iterations."),
        (r.rate > 0, "The learning rate must be above 0."),
        (r.decay >= 0, "The weight decay cannot be negative."),
        (r.size >= 2 or r.batch == "triplets", "A batch needs at least two persons."),
        (r.size >= 1, "A batch needs at least one triplet."),
        (max(r.size, r.shots) <= MOST_IN_A_BATCH, f"size and shots can be at most {MOST_IN_A_BATCH:,}."),
        (r.shots >= 2, "Each person of a batch needs at least two pictures (shots)."),
        (min(r.hardest, r.semi_hard, r.random) >= 0, "The number of negatives cannot be negative."),
        (
            max(r.hardest, r.semi_hard, r.random) <= MOST_IN_A_BATCH,
            f"There can be at most {MOST_IN_A_BATCH:,} negatives of a kind.",
        ),
        (r.negatives >= 1, "There must be at least one negative for each positive pair."),
        (
            r.batch == "identities" or (r.hardest == r.semi_hard == 0 and not r.turns),
            "The release's triplets have random negatives only: hardest and semi-hard ones need batch 'identities'.",
        ),
        (r.margin > 0, "The margin must be above 0."),
        (min(r.ranking_weight, r.pair_weight, r.joint_weight) >= 0, "The weight of a loss cannot be negative."),
        (r.ranking_weight + r.pair_weight > 0, "One of the two losses must have a weight above 0."),
        (0 <= r.shift <= 0.5, "shift must lie between 0 and 0.5."),
        (0 <= r.gain <= 1, "gain must lie between 0 and 1."),
        (0 <= r.erase <= 1, "erase must lie between 0 and 1."),
        (0 <= r.held_out <= 0.5, "At most half of the training persons can be held out."),
    )
    for fulfilled, sentence in demands:
        if not fulfilled:
            raise ReidvizError(sentence, HINT)
