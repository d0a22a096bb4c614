"""Everything that decides a training, in one frozen record."""

from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, Literal, get_args, get_type_hints

from reidviz.common.errors import ReidvizError
from reidviz.common.setting import setting, settings_in
from reidviz.models.architecture import Architecture, check_sizes

HINT = "Look at the settings of a recipe in docs/settings.md, or start from one by its name."
MOST_ITERATIONS = 100_000_000
MOST_IN_A_BATCH = 65_536


GROUPS = ("Batches", "Losses", "Steps", "Images", "Network", "Machine")
"""The groups of settings, in the order in which they are shown."""

WEIGHT = {"low": 0, "step": 0.5}
NEGATIVES = {"unit": "negatives", "low": 0, "high": MOST_IN_A_BATCH}


FinalTest = Literal["all", "cascade", "ranking", "none"]


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; what each setting is, its field says. check() tells whether it is possible."""

    name: str
    architecture: Architecture
    optimiser: Literal["sgd", "adamw"] = setting(
        "Steps",
        "Optimiser",
        "sgd as in the release (momentum 0.9, biases at twice the rate and not decayed), or adamw.",
    )
    rate: float = setting(
        "Steps",
        "Learning rate",
        "Lower it when the loss jumps or is no longer a number.",
        above=0,
        step=1e-4,
    )
    decay: float = setting("Steps", "Weight decay", "How strongly weights are drawn towards 0.", low=0, step=1e-3)
    schedule: Literal["fixed", "cosine"] = setting(
        "Steps", "Schedule", "fixed, or cosine down to zero after a warm-up over the first tenth of the steps."
    )
    iterations: int = setting(
        "Steps", "Iterations", "Steps of the optimiser.", unit="steps", low=1, high=MOST_ITERATIONS, step=100
    )
    batch: Literal["triplets", "identities"] = setting(
        "Batches",
        "Batches of",
        "triplets: the release's list, a random positive pair with all its negatives after the other; identities: "
        "persons, each with some images from two cameras.",
    )
    size: int = setting(
        "Batches", "Size", "Triplets or persons in a batch.", low=1, high=MOST_IN_A_BATCH, unit="triplets or persons"
    )
    margin: float = setting(
        "Losses", "Margin", "How much farther than the true match a wrong one must be.", above=0, step=0.1
    )
    shots: int = setting(
        "Batches", "Shots", "With identities: images of each person.", 2, unit="images", low=2, high=MOST_IN_A_BATCH
    )
    hardest: int = setting(
        "Batches", "Hardest", "Negatives: the nearest ones for each positive pair; identities only.", 0, **NEGATIVES
    )
    semi_hard: int = setting(
        "Batches",
        "Semi-hard",
        "Negatives: the nearest of those farther away than the positive (Schroff et al., 2015); identities only.",
        0,
        **NEGATIVES,
    )
    random: int = setting("Batches", "Random", "Negatives: drawn ones for each positive pair.", 1, **NEGATIVES)
    turns: bool = setting(
        "Batches",
        "One kind a step",
        "Take one kind of negatives a step, by turns, instead of all kinds in each.",
        False,
    )
    tasks: Literal["joint", "alternating"] = setting(
        "Losses",
        "Tasks",
        "joint: both losses in each step, as in the release; alternating: one a step, by turns.",
        "joint",
    )
    ranking_weight: float = setting("Losses", "Weight of ranking", "What the triplet loss counts.", 1.0, **WEIGHT)
    pair_weight: float = setting(
        "Losses", "Weight of pairs", "What the pair classification loss counts.", 1.0, **WEIGHT
    )
    joint_weight: float = setting(
        "Losses", "Weight of joint features", "mtdnet-cross: what the loss on joint features counts.", 1.0, **WEIGHT
    )
    joint: Literal["conv5", "fc7"] = setting(
        "Losses",
        "Joint feature",
        "mtdnet-cross: conv5, the joint feature map itself, or fc7, before its ReLU and normalised (release).",
        "fc7",
    )
    source_copy: Literal["frozen", "trained"] = setting(
        "Losses",
        "Source copy",
        "mtdnet-cross: the network that sees the source is frozen, a teacher (release), or trained too.",
        "frozen",
    )
    mirror: bool = setting("Images", "Mirror", "Mirror images at random.", True)
    shift: float = setting("Images", "Shift", "Crop jitter as a share of the side.", 0.0, low=0, high=0.5, step=0.05)
    gain: float = setting(
        "Images", "Gain", "Random contrast and brightness of each colour channel.", 0.0, low=0, high=1, step=0.05
    )
    erase: float = setting(
        "Images",
        "Erase",
        "The share of images that lose a random rectangle (Zhong et al., 2020).",
        0.0,
        low=0,
        high=1,
        step=0.05,
    )
    precision: Literal["fp32", "bf16"] = setting(
        "Machine",
        "Precision",
        "fp32, or bf16: convolutions and matrix products in half the width, where the device is fast at it.",
        "fp32",
    )
    channels_last: bool = setting(
        "Machine", "Channels last", "Lay images out with the channels last: faster on most machines.", True
    )
    compile: bool = setting(
        "Machine", "Compile", "Compile the network with torch.compile: slow to start, needs a C++ compiler.", False
    )
    held_out: float = setting(
        "Images",
        "Held out",
        "Share of the training persons that are not trained on but validated on, 100 persons at most; 0: no "
        "validation.",
        0.1,
        low=0,
        high=0.5,
        step=0.05,
    )

    final_test: FinalTest = setting(
        "Machine",
        "Final test",
        "all scores; cascade: the classifier rescores the 100 images that the ranking branch puts first; ranking: "
        "distances only; or none. Any of them can be evaluated later.",
        "all",
    )

    @property
    def negatives(self) -> int:
        """Negatives for each positive pair in one step, at most."""
        counts = (self.hardest, self.semi_hard, self.random)
        return max(counts) if self.turns else sum(counts)

    @property
    def validate_every(self) -> int:
        """Steps from one validation to the next: ten in a whole training."""
        return max(1, self.iterations // 10)


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
            raise ReidvizError(f"A recipe has no setting called {name!r}.", f"Its settings: {', '.join(SETTINGS)}.")
        place[key] = value
    return recipe_from(values)


SETTINGS = settings_in(Recipe) | settings_in(Architecture, "architecture.")
"""Every setting by the name that changed() takes."""


def value_of(recipe: Recipe, name: str) -> Any:
    """The recipe's value of a setting."""
    outer, _, inner = name.partition(".")
    return getattr(recipe.architecture if inner else recipe, inner or outer)


def type_of(name: str) -> Any:
    """The type of a setting's value: bool, int, float, or a Literal of what it can be."""
    outer, _, inner = name.partition(".")
    return get_type_hints(Architecture)[inner] if inner else get_type_hints(Recipe)[outer]


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
    for name, described in settings_in(Recipe).items():
        if refused := described.refusal(name, getattr(recipe, name)):
            raise ReidvizError(refused, HINT)
    r = recipe
    demands = (
        (r.size >= 2 or r.batch == "triplets", "A batch needs at least two persons."),
        (r.negatives >= 1, "There must be at least one negative for each positive pair."),
        (
            r.batch == "identities" or (r.hardest == r.semi_hard == 0 and not r.turns),
            "The release's triplets have random negatives only: hardest and semi-hard ones need batch 'identities'.",
        ),
        (r.ranking_weight + r.pair_weight > 0, "One of the two losses must have a weight above 0."),
    )
    for fulfilled, sentence in demands:
        if not fulfilled:
            raise ReidvizError(sentence, HINT)
