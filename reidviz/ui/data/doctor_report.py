"""The doctor's report on a page: plain words, the images behind them, and a data set without them."""

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable as plain
from reidviz.common.progress import Progress
from reidviz.data.catalogue.imported import add_list
from reidviz.data.doctor import Finding, Report, examine
from reidviz.data.doctor.findings import counted
from reidviz.data.formats import excluded
from reidviz.ui.background.jobs import quick_board
from reidviz.ui.background.newest import keep_newest
from reidviz.ui.background.progress_bar import wait_for
from reidviz.ui.data.image_browser import grid
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import CLEANED_NAME, CLEANED_WITHOUT, DATA_ADDED, EXAMINED, NOT_WRITTEN
from reidviz.ui.widgets.markup import Markdown, literal, render
from reidviz.ui.widgets.messages import show_error

REPORTS_KEPT = 8
GROUPS_A_PAGE = 12
BIG = 24
SIGNS = {
    "error": Markdown(":red[:material/error:]"),
    "warning": Markdown(":orange[:material/warning:]"),
    "note": Markdown(":gray[:material/info:]"),
}


@st.cache_resource
def _reports() -> dict[str, Report]:
    """The reports of this server, by data set and split."""
    return {}


def show_doctor(choice: Choice) -> None:
    """Ask for an examination, wait for it, show it."""
    st.header("Doctor", anchor=False)
    key = f"doctor {choice.dataset.cache_key} {choice.split.key} {choice.split.protocol}"
    report = _reports().get(key)
    if report is None:
        if EXAMINED.get() != key:
            st.caption(
                "Reads every image once: files that cannot be used, duplicates, one person under two names, leaks "
                "between training and test, odd shapes, missing cameras, names that differ by a zero or a blank."
            )
            st.button("Examine", icon=":material/stethoscope:", type="primary", on_click=_examine, args=(key,))
            return

        def work(progress: Progress) -> None:
            keep_newest(_reports(), key, examine(choice.dataset, choice.split, progress), REPORTS_KEPT)

        wait_for(key, work, "Examine", quick_board())
        return
    counts = [counted(len(report.of(severity)), severity) for severity in ("error", "warning", "note")]
    st.caption(f"{report.images:,} images examined: {literal(', '.join(counts))}.")
    if not report.findings:
        st.success("Nothing was found wrong.", icon=":material/check_circle:")
        return
    for place, finding in enumerate(report.findings):
        _show(choice, finding, f"{key} {place}")
    if not settings.read_only():
        _leave_out(choice, report, key)


def _examine(key: str) -> None:
    EXAMINED.set(key)


def _show(choice: Choice, finding: Finding, key: str) -> None:
    st.markdown(f"{SIGNS[finding.severity]} **{literal(finding.kind)}**: {literal(finding.sentence)}")
    if not finding.groups:
        return
    box = st.expander(f"Look at {len(finding.groups):,}", key=f"finding {key}", on_change="rerun")
    if not box.open:
        return
    with box:
        pages = -(-len(finding.groups) // GROUPS_A_PAGE)
        page = st.pagination(pages, key=f"finding page {key}") if pages > 1 else 1
        groups = finding.groups[(page - 1) * GROUPS_A_PAGE : page * GROUPS_A_PAGE]
        if all(len(group) == 1 for group in groups):
            st.html(grid(choice.dataset, [group[0] for group in groups]))
        else:
            st.html(render("data/image_groups.html", grids=[grid(choice.dataset, group[:BIG]) for group in groups]))
        names = [" = ".join(plain(choice.dataset.samples[i].id) for i in group[:BIG]) for group in groups]
        st.text("\n".join(names))


def _leave_out(choice: Choice, report: Report, key: str) -> None:
    """Write the data set without the images of some kinds of findings, and choose it."""
    offered = report.spare()
    if not offered:
        return
    with st.form("leave-out", border=True):
        st.markdown("**The same data set without some of these.** Its files are not touched: a list is written beside.")
        st.multiselect(
            "Leave out",
            list(offered),
            format_func=lambda k: f"{k} ({counted(len(offered[k]), 'image')})",
            key=CLEANED_WITHOUT.of(key).name,
        )
        st.text_input("Name", f"{choice.dataset.layout} cleaned", key=CLEANED_NAME.of(key).name, max_chars=60)
        st.form_submit_button(
            "Write and choose it", icon=":material/cleaning_services:", on_click=_write, args=(choice, offered, key)
        )
        if (error := NOT_WRITTEN.pop()) is not None:
            show_error(error)


def _write(choice: Choice, offered: dict[str, tuple[int, ...]], key: str) -> None:
    """Write what the form asks for; what hinders it is kept for the form to show."""
    try:
        out = {i for kind in CLEANED_WITHOUT.of(key).get([]) for i in offered[kind]}
        DATA_ADDED.set(_written(choice, out, CLEANED_NAME.of(key).get("")))
    except ReidvizError as error:
        NOT_WRITTEN.set(error)


def _written(choice: Choice, out: set[int], name: str) -> str:
    if not out:
        raise ReidvizError("Nothing was chosen to leave out.", "Choose one of the findings above.")
    ids = sorted(choice.dataset.samples[i].id for i in out)
    return add_list(name.strip(), "without", lambda file: excluded.write(file, choice.dataset, ids))
