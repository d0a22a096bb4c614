"""The form that starts a training."""

from dataclasses import dataclass, replace

import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import short
from reidviz.data.dataset import Dataset
from reidviz.data.keys import key_of
from reidviz.models.variants import VARIANTS
from reidviz.training import launcher, run_folder
from reidviz.training.job import Job, check
from reidviz.training.persons import persons_of
from reidviz.training.recipe import changed
from reidviz.training.recipes import RECIPES
from reidviz.training.start import start_of
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import dataset_named
from reidviz.ui.session.keys import RUN, TRAIN_ASKED, TRAIN_COUNT, TRAIN_FORM, TRAIN_STARTED, TRAIN_TEMPLATE
from reidviz.ui.training.data_inputs import also_input, data_inputs, marks_input, source_input
from reidviz.ui.training.menus import menu_of
from reidviz.ui.training.recipe_form import group_of_inputs, recipe_inputs, setting_input
from reidviz.ui.training.runs import RunView
from reidviz.ui.training.start_inputs import check_start, recipe_from_start, start_input
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
    data, protocol, name = data_inputs(choice, old, key)
    a, b, c, d = st.columns([3, 2, 3, 2])
    with a:
        variant = _variant(old, f"{key}-variant")
    with b:
        recipe_name = _recipe(old, f"{key}-recipe")
    with c:
        init = start_input(recipe_name, runs, old, f"{key}-init-{recipe_name}")
    recipe = recipe_from_start(recipe_name, variant, init, old)
    helped = variant in VARIANTS and VARIANTS[variant].source
    source = source_input(data, old, f"{key}-source-{key_of(data)}") if helped else None
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
        also = () if helped else also_input(data, old, f"{key}-also-{key_of(data)}")
    marks = marks_input(data, old, f"{key}-marks")
    problem, job = None, Job(data, protocol, variant, recipe, init, int(seed), source, also, marks)
    try:
        job = replace(job, recipe=changed(recipe, values))
        check(job)
        check_start(init, job.recipe)
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


def _variant(old: Job | None, key: str) -> str:
    return menu_of(
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
    return menu_of("Recipe", list(RECIPES), old.recipe.name if old else "compact", key, "\n\n".join(meanings))


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
