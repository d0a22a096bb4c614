"""Names that are markup are text on every page: nothing is loaded, linked or run that a name tells to."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Dialog, Page, Request, expect

from reidviz.common.printable import printable
from reidviz.data.formats import load
from reidviz.evaluation.pipeline.report import card_metrics
from reidviz.evaluation.pipeline.validation import validate
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run import Evaluators, train
from reidviz.training.run_folder import create
from tests.browser.conftest import FUSION, serving
from tests.conftest import SMALL, network

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

HOSTILE = (
    "![x](http://127.0.0.1:9/x.png)",
    "<img src=http://127.0.0.1:9/y.png onerror=alert(1)>",
    "<script>alert(2)</script>",
    "[click](javascript:alert(3))",
    ":material/skull: :material_skull: :streamlit:",
    ":red[x] :rainbow[y] :smile:",
    "$x^2$ and $$y$$",
    "%{x} &lt;b&gt; <b>z</b>",
    '<a href="http://evil.example">here</a>',
    "\u202e\u2066turned\u200b",
    "`code` **bold** | cell -> ~~gone~~",
    "http://evil.example www.evil.example me@evil.example",
    "long " + "n" * 295,
)
FILE = "![x](data) <b>:material_skull: www.evil.example"
RUN = "[run](javascript:alert) <s>%{x} :red[r]"
MODELS = (" ".join(HOSTILE[:6]), " ".join(HOSTILE[6:12]), HOSTILE[0] + HOSTILE[-1])

FOUND = """server => [...document.querySelectorAll('*')].flatMap(element =>
  [...element.attributes]
    .filter(one => ['href', 'src', 'srcset', 'xlink:href', 'action', 'data', 'formaction'].includes(one.name)
      && !['blob:', 'data:'].some(kind => one.value.startsWith(kind))
      && new URL(one.value, location).origin !== server || one.name.startsWith('on'))
    .map(one => element.outerHTML.slice(0, 200)))
  .concat([...document.querySelectorAll('[aria-label="skull icon"], script:not([src]):not([type])')]
    .filter(element => /skull|alert/.test(element.outerHTML)).map(element => element.outerHTML))"""
"""Everything on the page that leads elsewhere, carries a script, or is the icon that a name asks for."""


def listed(root: Path, name: str, seed: int) -> str:
    """Two images of each hostile person by two hostile cameras, in a list."""
    root.mkdir()
    with (root / f"{name}.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["path", "identity", "camera"])
        for number, (person, camera, shot) in enumerate((p, c, s) for p in HOSTILE for c in HOSTILE[:2] for s in "01"):
            image = f"{number} <i>{shot}.png"
            lines.writerow([image, person, camera])
            colours = np.random.default_rng(seed + number).integers(0, 256, (48, 24, 3), dtype=np.uint8)
            Image.fromarray(colours).save(root / image)
    return f"folder:{root / f'{name}.csv'}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set, models, a source and a finished run, all under hostile names."""
    root = tmp_path_factory.mktemp("hostile")
    target, source = listed(root / "target", FILE, 0), listed(root / "source", f"{FILE} too", 1000)
    (root / "imports").mkdir()
    (root / "imports" / "hostile.spec").write_text(target)
    made = (("mtdnet-cls", target, ""), ("mtdnet", source, ""), ("mtdnet-cross", target, source))
    for seed, (name, (variant, data, helper)) in enumerate(zip(MODELS, made, strict=True)):
        card = Card(name, variant, SMALL, {}, data, load(data).manifest_hash, HOSTILE[3], HOSTILE[0], seed, 0)
        card = replace(card, source=helper, fusion=FUSION if variant == "mtdnet" else None)
        save_checkpoint(root / "runs" / f"m{seed}" / "checkpoints" / "final.safetensors", network(variant), card)
    recipe = replace(compact_recipe(), architecture=SMALL, size=2, iterations=2, held_out=0.5)
    run = create(root / "runs" / RUN, Job(target, "half:0", "mtdnet", recipe, None, 0))
    train(run, Evaluators(validate, card_metrics))
    status = run.root / "status.json"
    status.write_text(json.dumps(json.loads(status.read_text()) | {"device": HOSTILE[0], "message": HOSTILE[1]}))
    return root


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[str]:
    with serving(root) as address:
        yield address


@pytest.fixture
def watched(page: Page, server: str) -> Iterator[Page]:
    """A page that at its end has asked nothing of others and opened no dialog."""
    wrong: list[str] = []

    def note(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.netloc != urlsplit(server).netloc:
            wrong.append(request.url)

    def refuse(dialog: Dialog) -> None:
        wrong.append(dialog.message)
        dialog.dismiss()

    page.on("request", note)
    page.on("dialog", refuse)
    yield page
    page.remove_listener("request", note)
    page.remove_listener("dialog", refuse)
    assert wrong == []


def assert_harmless(page: Page, server: str) -> None:
    """Once all is drawn, nothing on the page leads elsewhere."""
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")
    assert page.evaluate(FOUND, server) == []


def test_every_page_shows_hostile_names_as_text(watched: Page, server: str, root: Path) -> None:
    target = f"folder:{root / 'target' / FILE}.csv"
    asked = urlencode({"data": target, "protocol": "half:0", "models": MODELS}, doseq=True)
    said = {
        "": [*MODELS, FILE],
        "data": [FILE, HOSTILE[0], HOSTILE[1], HOSTILE[11]],
        "retrieval": [*MODELS, HOSTILE[0]],
        "compare": MODELS,
        "embeddings": MODELS[1:],
        "pairs": [*MODELS, HOSTILE[0]],
        "joint_maps": [MODELS[1], MODELS[2]],
        "train": [RUN, HOSTILE[0], HOSTILE[1]],
    }
    for name, texts in said.items():
        watched.goto(f"{server}/{name}?{asked}")
        main = watched.get_by_test_id("stMain")
        for text in texts:
            expect(main.get_by_text(printable(text)).first).to_be_attached()
        if name == "data":
            main.get_by_role("button", name="Examine").click()
            expect(main.get_by_text("images examined")).to_be_visible()
        if name in {"", "compare", "pairs", "embeddings", "joint_maps"}:
            expect(main.locator(".js-plotly-plot .main-svg").first).to_be_attached()
        assert_harmless(watched, server)


def test_a_hostile_address_is_text_too(watched: Page, server: str) -> None:
    text = " ".join(HOSTILE[:-1])
    others = {"models": text, "probe": text, "run": text, "dial": text}
    for field, told in (("protocol", printable(text)), ("data", text.partition(":")[0])):
        watched.goto(f"{server}/data?{urlencode(others | {field: text})}")
        expect(watched.get_by_text("This did not work").first).to_be_visible()
        expect(watched.get_by_text(told).first).to_be_visible()
        assert_harmless(watched, server)
