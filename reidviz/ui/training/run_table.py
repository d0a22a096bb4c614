"""All runs in a table, of which one is chosen; the choice is kept in the address."""

from functools import partial
from typing import Any

import streamlit as st

from reidviz.common.printable import printable, short
from reidviz.common.progress import duration
from reidviz.evaluation.tables import Table
from reidviz.figures.print.files import TABLES
from reidviz.ui.results.certificates import certified_here
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.address import tell
from reidviz.ui.session.keys import RUN
from reidviz.ui.training.runs import RunView, all_runs
from reidviz.ui.widgets.export import offer_export

SIGNS = {
    "queued": "◔ queued",
    "running": "▶ running",
    "stopped": "■ stopped",
    "finished": "✓ finished",
    "failed": "✗ failed",
    "interrupted": "! interrupted",
}
DAMAGED = "✗ damaged"
PERCENT = {"validation rank-1", "test rank-1", "test mAP"}
ROW = 35


def chosen_run(runs: list[RunView]) -> RunView:
    """The run that the user, the address or the last start chose; else the newest."""
    wanted = RUN.get(st.query_params.get("run", ""))
    chosen = next((seen for seen in runs if seen.name == wanted), runs[0])
    RUN.set(chosen.name)
    tell("run", chosen.name)
    return chosen


def run_table(runs: list[RunView], chosen: RunView) -> None:
    """The table; it is brought up to date every second as long as a run is active.

    The page starts again when a run was chosen in it, and when a run has come, gone or changed its state.
    """
    every = 1.0 if any(seen.status.active for seen in runs) else None
    fragment(_table, every)(_standing(runs), chosen.name)


def _standing(runs: list[RunView]) -> list[tuple[object, ...]]:
    """What the buttons and words of the page depend on."""
    return [(seen.name, seen.status.state, seen.stopping, seen.has_weights, seen.damaged) for seen in runs]


def _table(drawn: list[tuple[object, ...]], chosen: str) -> None:
    runs = all_runs()
    if _standing(runs) != drawn:
        st.rerun(scope="app")
    names = [seen.name for seen in runs]
    event = st.dataframe(
        _columns(runs),
        hide_index=True,
        height=ROW * (min(8, len(runs)) + 1) + 2,
        column_config={
            "run": st.column_config.TextColumn(width=255),
            "state": st.column_config.TextColumn(width=105),
            **{name: st.column_config.NumberColumn(format="%.1f %%") for name in PERCENT},
        },
        key=f"runs {'/'.join(names)}",
        on_select="rerun",
        placeholder="–",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [names.index(chosen)]}},
        alt="All runs, the newest first, with their state and figures",
    )
    offer_export(partial(_taken, runs), TABLES, certified_here("runs"), "runs")
    rows = event["selection"]["rows"]
    if rows and rows[0] < len(names) and names[rows[0]] != chosen:
        RUN.set(names[rows[0]])
        st.rerun(scope="app")


def _taken(runs: list[RunView]) -> Table:
    """The table to take away."""
    columns = _columns(runs)
    return Table(tuple(columns), tuple(zip(*columns.values(), strict=True)))


def _columns(runs: list[RunView]) -> dict[str, list[Any]]:
    jobs = [seen.job for seen in runs]
    own = [seen.metrics[0] if seen.metrics else None for seen in runs]
    damaged = [" ".join(seen.damaged) for seen in runs]
    return {
        "run": [printable(seen.name) for seen in runs],
        "state": [DAMAGED if seen.problems else SIGNS[seen.status.state] for seen in runs],
        **({"what is damaged": damaged} if any(damaged) else {}),
        "step": [f"{seen.status.step:,} of {seen.status.total:,}" for seen in runs],
        "validation rank-1": [seen.best[0] if seen.best else None for seen in runs],
        "test rank-1": [figures["cmc"]["1"] if figures else None for figures in own],
        "test mAP": [figures["mAP"] if figures else None for figures in own],
        "time": [duration(seen.seconds) for seen in runs],
        "variant": [job.variant if job else "" for job in jobs],
        "recipe": [job.recipe.name if job else "" for job in jobs],
        "data": [short(job.data) if job else "" for job in jobs],
        "protocol": [job.protocol if job else "" for job in jobs],
    }
