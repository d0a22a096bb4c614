"""An input for every setting of a recipe, in groups; which there are, and of what type, the dataclasses say."""

from dataclasses import asdict, dataclass
from typing import Any, get_args, get_type_hints

import streamlit as st
from streamlit.elements.lib.grid_container import GridContainer

from reidviz.models.architecture import Architecture
from reidviz.training.recipe import Recipe
from reidviz.ui.markup import Markdown


@dataclass(frozen=True)
class Setting:
    """What an input is called, and what it means."""

    label: Markdown
    meaning: Markdown


GROUPS: dict[Markdown, dict[str, Setting]] = {
    Markdown("Batches"): {
        "batch": Setting(
            "Batches of",
            "triplets: the release's list, a random positive pair with all its negatives after the "
            "other; identities: persons, each with some pictures from two cameras.",
        ),
        "size": Setting("Size", "Triplets or persons in a batch."),
        "shots": Setting("Shots", "With identities: pictures of each person."),
        "hardest": Setting("Hardest", "Negatives: the nearest ones for each positive pair; identities only."),
        "semi_hard": Setting(
            "Semi-hard",
            "Negatives: the nearest of those farther away than the positive (Schroff et al., 2015); identities only.",
        ),
        "random": Setting("Random", "Negatives: drawn ones for each positive pair."),
        "turns": Setting(
            "One kind a step", "Take one kind of negatives a step, by turns, instead of all kinds in each."
        ),
    },
    Markdown("Losses"): {
        "tasks": Setting(
            "Tasks", "joint: both losses in each step, as in the release; alternating: one a step, by turns."
        ),
        "margin": Setting("Margin", "How much farther than the true match a wrong one must be."),
        "ranking_weight": Setting("Weight of ranking", "What the triplet loss counts."),
        "pair_weight": Setting("Weight of pairs", "What the pair classification loss counts."),
        "joint_weight": Setting("Weight of joint features", "mtdnet-cross: what the loss on joint features counts."),
        "joint": Setting(
            "Joint feature",
            "mtdnet-cross: conv5, the joint feature map itself, or fc7, before its ReLU and normalised (release).",
        ),
        "source_copy": Setting(
            "Source copy",
            "mtdnet-cross: the network that sees the source is frozen, a teacher (release), or trained too.",
        ),
    },
    Markdown("Steps"): {
        "optimiser": Setting(
            "Optimiser",
            "sgd as in the release (momentum 0.9, biases at twice the rate and not decayed), or adamw.",
        ),
        "rate": Setting("Learning rate", "Lower it when the loss jumps or is no longer a number."),
        "decay": Setting("Weight decay", "How strongly weights are drawn towards 0."),
        "schedule": Setting(
            "Schedule", "fixed, or cosine down to zero after a warm-up over the first tenth of the steps."
        ),
    },
    Markdown("Pictures"): {
        "mirror": Setting("Mirror", "Mirror pictures at random."),
        "shift": Setting("Shift", "Crop jitter as a share of the side."),
        "gain": Setting("Gain", "Random contrast and brightness of each colour channel."),
        "erase": Setting("Erase", "The share of pictures that lose a random rectangle (Zhong et al., 2020)."),
        "held_out": Setting(
            "Held out",
            "Share of the training persons that are not trained on but validated on, 100 persons "
            "at most; 0: no validation.",
        ),
    },
    Markdown("Network"): {
        "architecture.stem": Setting(
            "Stem",
            "caffenet: conv1-2 of the authors; torchvision: the one with public ImageNet weights.",
        ),
        "architecture.height": Setting("Height", "Of the pictures, in pixels."),
        "architecture.width": Setting("Width", "Of the pictures, in pixels."),
        "architecture.conv1_padding": Setting("conv1 padding", "Pixels around the picture: 0 as in the release."),
        "architecture.batch_norm": Setting("Batch norm", "Normalise after every convolution (not in the paper)."),
        "architecture.feat": Setting("Ranking feature", "Its length."),
        "architecture.conv3": Setting("conv3", "Filters."),
        "architecture.conv4": Setting("conv4", "Filters."),
        "architecture.conv5": Setting("conv5", "Filters."),
        "architecture.fc": Setting("fc6, fc7", "Units."),
        "architecture.dropout": Setting("Dropout", "After fc6 and fc7."),
    },
    Markdown("Machine"): {
        "precision": Setting("Precision", "fp32, or bf16: convolutions and matrix products in half the width."),
        "channels_last": Setting("Channels last", "Lay pictures out with the channels last: faster on most machines."),
        "compile": Setting("Compile", "Compile the network with torch.compile: slow to start, needs a C++ compiler."),
    },
}
ELSEWHERE = {"iterations"}
STEPS = {"rate": 1e-4, "decay": 1e-3, "margin": 0.1, "ranking_weight": 0.5, "pair_weight": 0.5, "joint_weight": 0.5}


def recipe_inputs(recipe: Recipe, key: str) -> dict[str, Any]:
    """Draw all inputs, holding the recipe's settings at first; what they hold now, as changed() takes it.

    Inputs under another key start anew from the recipe.
    """
    values: dict[str, Any] = {}
    for group, settings in GROUPS.items():
        with group_of_inputs(group):
            for name, setting in settings.items():
                values[name] = _input(name, setting, value_of(recipe, name), f"{key}-{name}")
    return values


def group_of_inputs(title: Markdown) -> GridContainer:
    """A grid to draw inputs in, beside its title."""
    left, right = st.columns([1, 7], gap="small")
    left.markdown(f"**{title}**")
    return right.grid(columns=6, min_column_width=112, vertical_alignment="bottom")


def value_of(recipe: Recipe, name: str) -> Any:
    """The recipe's value of a setting, named as changed() takes it."""
    outer, _, inner = name.partition(".")
    return asdict(recipe)[outer][inner] if inner else asdict(recipe)[outer]


def _input(name: str, setting: Setting, value: Any, key: str) -> Any:
    label, meaning = setting.label, setting.meaning
    outer, _, inner = name.partition(".")
    kind = get_type_hints(Architecture)[inner] if inner else get_type_hints(Recipe)[outer]
    if options := get_args(kind):
        return st.selectbox(label, options, options.index(value), key=key, help=meaning)
    if kind is bool:
        return st.selectbox(label, ("yes", "no"), 1 - value, key=key, help=meaning) == "yes"
    if kind is int:
        return int(st.number_input(label, 0, None, value, 1, key=key, help=meaning))
    return float(st.number_input(label, 0.0, None, value, STEPS.get(name, 0.05), "%g", key=key, help=meaning))
