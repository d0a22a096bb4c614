"""Trainings in Chromium: started, watched, left alone, come back to, stopped; none needs the page or its server."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from reidviz.evaluation.pipeline.report import card_metrics
from reidviz.evaluation.pipeline.validation import validate
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run import Evaluators, train
from reidviz.training.run_folder import RunFolder, Status, create, runs_in
from tests.browser.conftest import assert_fits, place_of, serving, settle
from tests.conftest import SMALL, people_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("second browser")]
SHORT = replace(compact_recipe(), architecture=SMALL, size=4, iterations=20, held_out=0.4)
ENDLESS = replace(SHORT, iterations=10_000_000, held_out=0.0)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Images nobody could tell apart, two finished runs, a stopped short one and one that would take days."""
    root = tmp_path_factory.mktemp("trainings")
    people = people_folder(root / "people", persons=24)
    noise = np.random.default_rng(0)
    for file in sorted(people.rglob("*.png")):
        Image.fromarray(noise.integers(0, 256, (48, 24, 3), dtype=np.uint8)).save(file)
    job = Job(f"folder:{people}", "half:0", "mtdnet", SHORT, None, 0)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("REIDVIZ_CACHE", str(root / "cache"))
        alone = replace(SHORT, hardest=0, random=2)
        for done in (replace(job, variant="mtdnet-rnk", recipe=alone), job):
            train(create(root / "runs" / f"trained {done.variant}", done), Evaluators(validate, card_metrics))
    for name, recipe in (("short", SHORT), ("endless", ENDLESS)):
        create(root / "runs" / name, replace(job, recipe=recipe)).write_status(
            Status("stopped", total=recipe.iterations)
        )
    yield root
    for status in (run.status() for run in runs_in(root / "runs")):
        if status.active:
            os.kill(status.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def server(world: Path) -> Iterator[str]:
    with serving(world) as address:
        yield address


def opened(page: Page, server: str, world: Path, run: str) -> RunFolder:
    page.goto(f"{server}/train?data=folder:{world}/people&run={run}")
    expect(page.get_by_role("heading", name=run, exact=True)).to_be_visible()
    return RunFolder(world / "runs" / run)


def wait_for_steps(page: Page, run: RunFolder, more_than: int) -> int:
    """Poll until the worker has written a later step."""
    while run.status().step <= more_than:
        assert run.status().active, run.status()
        page.wait_for_timeout(50)
    return run.status().step


def test_a_training_ends_while_nobody_looks(page: Page, server: str, world: Path) -> None:
    run = opened(page, server, world, "short")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Resume")).to_be_hidden()
    page.goto("about:blank")
    while run.status().active:
        page.wait_for_timeout(50)
    assert run.status().state == "finished", run.status()
    opened(page, server, world, "short")
    expect(page.get_by_text("On the test persons")).to_be_visible()
    expect(page.get_by_role("button", name="Use in other pages")).to_be_visible()


def test_a_training_started_in_the_page_survives_the_server(page: Page, world: Path) -> None:
    with serving(world) as first:
        opened(page, first, world, "endless")
        page.get_by_role("button", name="Duplicate with changes").click()
        page.get_by_role("textbox", name="Name").fill("survivor")
        page.get_by_role("textbox", name="Name").press("Tab")
        page.get_by_role("button", name="Start training").click()
        expect(page.get_by_role("heading", name="survivor", exact=True)).to_be_visible()
        run = RunFolder(world / "runs" / "survivor")
        wait_for_steps(page, run, 0)
        worker = run.status().pid
        page.goto("about:blank")
    step = wait_for_steps(page, run, run.status().step)
    with serving(world) as second:
        opened(page, second, world, "survivor")
        expect(page.get_by_text("running", exact=False).first).to_be_visible()
        wait_for_steps(page, run, step)
        assert run.status().pid == worker
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_role("button", name="Resume")).to_be_visible()
    assert run.status().state == "stopped"


def test_curves_move_without_redrawing_the_page(page: Page, server: str, world: Path) -> None:
    run = opened(page, server, world, "endless")
    page.get_by_role("button", name="Resume").click()
    losses = page.locator(".st-key-losses .js-plotly-plot")
    expect(losses.first).to_be_visible()  # while a chart changes its place, Streamlit shows the old one beside it
    page.evaluate("document.querySelector('[data-testid=stMain] h1').dataset.same = 'yes'")
    main = page.locator("[data-testid=stMain]")
    main.evaluate("e => e.scrollTo(0, 150)")
    points = "document.querySelector('.st-key-losses .js-plotly-plot')?._fullData?.[0]?.x.length"
    seen = page.wait_for_function(points).json_value()
    page.wait_for_function(f"n => {points} > n", arg=seen)
    assert main.evaluate("e => e.scrollTop") == 150
    expect(page.locator("h1[data-same=yes]")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    assert run.status().state == "stopped"


def test_nothing_sticks_out(page: Page, server: str, world: Path) -> None:
    opened(page, server, world, "trained mtdnet")
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    assert_fits(page, "table, .js-plotly-plot, [data-testid=stDataFrame]")
    page.get_by_text("What it gets wrong").click()
    expect(page.locator(".rv-hard figure").first).to_be_visible()
    assert_fits(page, ".rv-hard, [data-testid=stDataFrame]")


def test_the_scrubber_moves_both_runs_by_keyboard(page: Page, server: str, world: Path) -> None:
    page.goto(f"{server}/train?data=folder:{world}/people&run=trained mtdnet&view=Time machine")
    told = page.get_by_text("From step 2 to step 20")
    expect(told).to_be_visible()
    maps = page.locator("[class*=st-key-time-map] .js-plotly-plot")
    expect(maps).to_have_count(2)
    later = page.get_by_role("slider").nth(1)
    settle(page)
    later.focus()
    for step in (18, 16):
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_text(f"From step 2 to step {step} ").first).to_be_visible()
        expect(page.get_by_text(f"at step {step}", exact=False)).to_have_count(2)
    expect(later).to_be_focused()
    page.get_by_role("slider").nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("From step 4 to step 16").first).to_be_visible()


ALONE = """(map, before) => {
  const {x, y} = map.getBoundingClientRect(), {xaxis, yaxis} = map._fullLayout;
  const points = map._fullData.flatMap(trace => [...(trace.text?.entries?.() ?? [])].map(([row, name]) => [
    name, x + xaxis._offset + xaxis.c2p(trace.x[row]), y + yaxis._offset + yaxis.c2p(trace.y[row])]));
  const far = (p, q) => Math.hypot(p[1] - q[1], p[2] - q[2]);
  const apart = one => Math.min(...points.filter(p => p[0] != one[0]).map(p => far(p, one)));
  return points.filter(p => !before.includes(p[0])).sort((a, b) => apart(b) - apart(a))[0].slice(1);
}"""
"""Where the image lies that is farthest from those of other persons, and of another person than the heading names."""


def test_a_click_on_the_map_chooses_a_person(page: Page, server: str, world: Path) -> None:
    page.goto(f"{server}/train?data=folder:{world}/people&run=trained mtdnet&view=Time machine")
    heading = page.get_by_role("heading", name="through the training")
    expect(heading).to_be_visible()
    before = heading.inner_text()
    first = page.locator("[class*=st-key-time-map] .js-plotly-plot").first
    expect(first).to_be_visible()
    place_of(page, first)
    told = first.evaluate(ALONE, before)
    page.mouse.click(*told)
    expect(heading).not_to_have_text(before)
    expect(page.locator(".rv-past section").first).to_be_visible()


def test_the_time_machine_fits(page: Page, server: str, world: Path) -> None:
    page.goto(f"{server}/train?data=folder:{world}/people&run=trained mtdnet&view=Time machine")
    wide_parts = {"Maps and persons": ".rv-past", "Task by task": ".stMarkdown table", "One validation": ".stExpander"}
    for part, wide in wide_parts.items():
        expect(page.get_by_role("radio", name=part)).to_be_visible()
        page.wait_for_function("document.querySelector('.stApp').dataset.testScriptState === 'notRunning'")
        page.get_by_role("radio", name=part).click()
        expect(page.locator(wide).first).to_be_visible()
        assert_fits(page, f"{wide}, .js-plotly-plot")
