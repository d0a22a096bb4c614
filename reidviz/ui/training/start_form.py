"""The form that starts a training."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import short, titles
from reidviz.data.dataset import Dataset
from reidviz.data.keys import key_of
from reidviz.data.splits.protocols import default_protocol, protocols_for
from reidviz.models.model_card import find_checkpoint, read_card
from reidviz.models.variants import VARIANTS
from reidviz.training import launcher, run_folder
from reidviz.training.job import Also, Job, MarkedPair, check
from reidviz.training.persons import persons_of
from reidviz.training.recipe import SETTINGS, Recipe, changed, value_of
from reidviz.training.recipes import RECIPES, recipe_named
from reidviz.training.start import start_of
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import dataset_named, known_data
from reidviz.ui.session.keys import RUN, TRAIN_ASKED, TRAIN_COUNT, TRAIN_FORM, TRAIN_STARTED, TRAIN_TEMPLATE
from reidviz.ui.session.models import known_rankers
from reidviz.ui.training.recipe_form import group_of_inputs, recipe_inputs, setting_input
from reidviz.ui.training.runs import RunView
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import show_error

MEANINGS = {
    "mtdnet-rnk": "ranking alone",
    "mtdnet-cls": "pairs alone",
    "mtdnet": "both tasks",
    "mtdtrp": "both, by distance",
    "mtdnet-cross": "both, a source teaches",
    "mtdnet-aug": "both, a source is pooled",
}


@dataclass(frozen=True)
class Template:
    """What the form holds at first; another number makes all its inputs new ones."""

    number: int = 0
    job: Job | None = None


def duplicate(job: Job) -> None:
    """Open the form with the settings of a run, to be changed; to be called in a callback."""
    TRAIN_TEMPLATE.set(Template(TRAIN_TEMPLATE.get(Template()).number + 1, job))
    TRAIN_FORM.set(True)


def new_training(choice: Choice, runs: list[RunView]) -> None:
    """Draw the form; when Start was pressed, create the run, start its worker and show it."""
    if started := TRAIN_STARTED.pop():
        TRAIN_FORM.set(False)
        st.toast(f"Started {literal(started)}.", icon=":material/play_arrow:")
    asked = TRAIN_ASKED.pop()
    with st.expander("New training", expanded=not runs, icon=":material/add:", key=TRAIN_FORM.name, on_change="rerun"):
        try:
            name, job = _inputs(choice, runs, TRAIN_TEMPLATE.get(Template()))
            if asked:
                _start(name, job)
        except ReidvizError as error:
            show_error(error)


def _start(name: str, job: Job) -> None:
    root = launcher.folder_of(name or launcher.free_name(job.variant, job.data))
    run = run_folder.create(root, job)
    launcher.start(run)
    RUN.set(run.name)
    TRAIN_STARTED.set(run.name)
    TRAIN_COUNT.set(TRAIN_COUNT.get(0) + 1)
    st.rerun()


def _inputs(choice: Choice, runs: list[RunView], template: Template) -> tuple[str, Job]:
    """Draw the form; the name of the run and the job. ReidvizError, below the button, for one that cannot be."""
    old, key = template.job, f"train-{template.number}"
    data, protocol, name = _data_inputs(choice, old, key)
    a, b, c, d = st.columns([3, 2, 3, 2])
    with a:
        variant = _variant(old, f"{key}-variant")
    with b:
        recipe_name = _recipe(old, f"{key}-recipe")
    with c:
        init = _start_from(recipe_name, runs, old, f"{key}-init-{recipe_name}")
    recipe = _base(recipe_name, variant, init, old)
    helped = variant in VARIANTS and VARIANTS[variant].source
    source = _source(data, old, f"{key}-source-{key_of(data)}") if helped else None
    key = f"{key}-{variant}-{recipe_name}-{recipe.architecture.stem}"
    with d:
        iterations = setting_input("iterations", recipe.iterations, f"{key}-iterations")
    with st.expander("All settings", icon=":material/tune:"):
        values = recipe_inputs(recipe, key, without="iterations") | {"iterations": iterations}
        with group_of_inputs("Chance"):
            meaning = Markdown("Decides the first weights, the batches and who is held out.")
            seed = st.number_input(
                "Seed", 0, 2**31, old.seed if old else 0, key=f"{key}-seed", help=meaning, persist_state="session"
            )
        also = () if helped else _also(data, old, f"{key}-also-{key_of(data)}")
    marks = _marks(data, old, f"{key}-marks")
    problem, job = None, Job(data, protocol, variant, recipe, init, int(seed), source, also, marks)
    try:
        job = replace(job, recipe=changed(recipe, values))
        check(job)
        _check_start(init, job.recipe)
        st.caption(_persons(dataset_named(data), job))
    except ReidvizError as error:
        problem = error
    st.button(
        "Start training",
        key="train-start",
        type="primary",
        icon=":material/play_arrow:",
        disabled=problem is not None,
        on_click=lambda: TRAIN_ASKED.set(True),
    )
    if problem is not None:
        raise problem
    return name.strip(), job


def _data_inputs(choice: Choice, old: Job | None, key: str) -> tuple[str, str, str]:
    """The data set, its protocol, and the name of the run, empty for one of its own."""
    a, b, c = st.columns([3, 2, 3])
    with a:
        data = _with_own("Data set", known_data(), old.data if old else choice.dataset.name, f"{key}-data")
    dataset = dataset_named(data)
    with b:
        protocol = _protocol(data, dataset, choice, old, f"{key}-protocol-{key_of(data)}")
    name = c.text_input(
        "Name",
        key=f"{key}-name-{TRAIN_COUNT.get(0)}",
        placeholder=launcher.free_name("VARIANT", data),
        help="The name of the run's folder. Left empty, it is made of variant, data and time.",
        persist_state="session",
    )
    return data, protocol, name


def _variant(old: Job | None, key: str) -> str:
    return _chosen(
        "Variant",
        list(VARIANTS),
        old.variant if old else "mtdnet",
        key,
        "Which of the two tasks train the network, and how it ranks a gallery: by the distance of its ranking "
        "feature, or by P(same person). mtdnet is evaluated both ways.",
        lambda v: f"{v}: {MEANINGS.get(v, VARIANTS[v].title)}",
    )


def _recipe(old: Job | None, key: str) -> str:
    meanings = [Markdown(f"**{literal(name)}**: {literal(make.__doc__ or '')}") for name, make in RECIPES.items()]
    return _chosen("Recipe", list(RECIPES), old.recipe.name if old else "compact", key, "\n\n".join(meanings))


def _with_own(label: Markdown, options: list[str], present: str, key: str, help: Markdown | None = None) -> str:
    """A menu that holds `present` at first and takes other words too; it starts anew when `present` changes."""
    options = options if present in options else [*options, present]
    chosen = st.selectbox(
        label,
        options,
        options.index(present),
        key=f"{key}-{key_of(present)}",
        format_func=lambda one: titles(options).get(one, one),
        accept_new_options=True,
        help=help,
        persist_state="session",
    )
    return chosen or present


def _chosen(
    label: Markdown, options: list[str], present: str, key: str, help: Markdown, shown: Callable[[str], str] = str
) -> str:
    options = options if present in options else [*options, present]
    index = options.index(present)
    return str(st.selectbox(label, options, index, key=key, help=help, format_func=shown, persist_state="session"))


def _protocol(data: str, dataset: Dataset, choice: Choice, old: Job | None, key: str) -> str:
    present = default_protocol(dataset)
    if old is not None and old.data == data:
        present = old.protocol
    elif old is None and choice.dataset.name == data:
        present = choice.split.protocol
    return _with_own(
        "Protocol", list(protocols_for(dataset)), present, key, "Which persons train; the others test the finished run."
    )


def _source(data: str, old: Job | None, key: str) -> str:
    """The data set that helps, the first other one by default."""
    present = (old.source if old else None) or next(name for name in known_data() if name != data)
    return _with_own(
        "Source data set",
        [name for name in known_data() if name != data],
        present,
        key,
        "A larger data set that helps this one; its training persons by its default protocol take part. mtdnet-cross "
        "starts from an mtdnet trained on it.",
    )


def _also(data: str, old: Job | None, key: str) -> tuple[Also, ...]:
    """Further data sets that train, by their default protocols; those of a run that is repeated by its own."""
    told = {one.data: one.protocol for one in old.also} if old else {}
    with group_of_inputs("Further data"):
        chosen = st.multiselect(
            "Train also on",
            [name for name in dict.fromkeys([*told, *known_data()]) if name != data],
            [name for name in told if name != data],
            key=key,
            format_func=short,
            help="Data sets whose training persons train too, each with an equal share of every batch. Who is held out "
            "and who tests the run comes from the first one.",
            persist_state="session",
        )
    return tuple(Also(name, told.get(name) or default_protocol(dataset_named(name))) for name in chosen)


def _marks(data: str, old: Job | None, key: str) -> tuple[MarkedPair, ...]:
    """The marked pairs that the form was opened with, unless they are taken out or other data were chosen."""
    if old is None or not old.marks or old.data != data:
        return ()
    same = sum(mark.same for mark in old.marks)
    taken = st.toggle(
        f"Learn from {len(old.marks):,} marked pairs ({same:,} same, {len(old.marks) - same:,} different)",
        True,
        key=key,
        help="Beside the training persons. Without them the same training tells what training on alone changes.",
        persist_state="session",
    )
    return old.marks if taken else ()


def _start_from(recipe_name: str, runs: list[RunView], old: Job | None, key: str) -> Path | None:
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
    chosen = _chosen(
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


def _base(name: str, variant: str, init: Path | None, old: Job | None) -> Recipe:
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


def _check_start(init: Path | None, recipe: Recipe) -> None:
    stem = _stem(init)
    if stem not in {None, recipe.architecture.stem}:
        raise ReidvizError(
            f"Weights of {init_words(init)} have the stem {stem}, this recipe has {recipe.architecture.stem}.",
            "Choose the same stem in All settings, or start from fresh weights.",
        )


def _persons(dataset: Dataset, job: Job) -> Markdown:
    """Who trains, who validates, who tests, as one sentence."""
    taught = start_of(job.init).images
    persons = persons_of(dataset, job, taught)
    held_out = persons.held_out
    trained = len(set(dataset.identities[persons.trained.train]))
    validated = Markdown(
        f"validates on {len(set(dataset.identities[held_out.probes]))} others held out"
        if held_out
        else "is not validated"
    )
    helped = Markdown(f", helped by those of {literal(short(job.source))}" if job.source else "")
    if job.also:
        beside = Markdown(", ".join(literal(short(one.data)) for one in job.also))
        helped = Markdown(f" and on those of {beside}")
    return Markdown(
        f"Trains on {trained:,} persons of {literal(short(job.data))}{helped}, {validated}, and is tested at the end "
        f"on the {len(persons.tested.probes):,} probes of {literal(job.protocol)}"
        f"{' whose persons no mark shows' if job.marks or taught else ''}. It goes on when you close this page."
    )
