"""The Pairs page: one pair by every model, thresholds and what they cost, calibration, both tasks, and why."""

import io
import json

from PIL import Image
from streamlit.testing.v1 import AppTest

from reidviz.data.formats import load
from reidviz.data.keys import key_of
from reidviz.data.splits.protocols import split
from reidviz.ui.pairs import verification
from reidviz.ui.pairs.thresholds import threshold_card
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.selection import Selection
from tests.pages.conftest import name_in, settled, view


def opened(app: AppTest) -> AppTest:
    settled(app)
    return app.switch_page("pages/pairs.py").run()


def texts(page: AppTest) -> str:
    found = "\n".join(str(e.value) for part in (page.main.markdown, page.caption, page.info) for e in part)
    return found.replace("\\", "")


def table(page: AppTest, head: str) -> dict[str, list[str]]:
    shown = next(m.value for m in page.main.markdown if head in m.value)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in shown.splitlines()[2:]]
    return {name_in(row[0]): row[1:] for row in cells}


def chosen_pair(page: AppTest) -> list[str]:
    boxes = {box.label: box.value for box in page.selectbox}
    return [str(boxes["First image"]), str(boxes["Second image"])]


def metrics(page: AppTest) -> dict[str, float]:
    return {m.label: float(m.value.rstrip(" %")) for m in page.metric}


def test_a_probe_and_its_true_match_by_every_model_at_once(app: AppTest) -> None:
    page = opened(app)
    assert not page.exception
    assert "✓ the same person" in texts(page)
    rows = table(page, "| model | score | says |")
    assert set(rows) == {"mtdnet-rnk", "mtdnet-cls", "mtdnet", "mtdtrp", "mtdnet-fused"}
    assert rows["mtdnet"][0].startswith("P\u00a0")
    assert rows["mtdtrp"][0].startswith("d²\u00a0")
    assert len(page.get("plotly_chart")) == 2
    view(page, "Threshold")
    assert "6 pairs of one person and 12 of different persons" in texts(page)
    assert set(metrics(page)) == {"FMR", "FNMR", "FPIR", "FNIR"}
    assert "Expected calibration error" in texts(page)
    assert len(page.get("plotly_chart")) == 3
    view(page, "Mistakes")
    assert "alone is wrong on" in texts(page)
    assert len(page.get("plotly_chart")) == 1


def test_the_scores_of_the_pair_are_those_of_the_lists(app: AppTest, data: str) -> None:
    from reidviz.evaluation.pipeline.evaluate import evaluate

    page = opened(app)
    dataset = load(data)
    parts = split(dataset, "half:0")
    rankers = {r.name: r for r in page_readings()}
    ids = chosen_pair(page)
    probe = next(i for i, p in enumerate(parts.probes) if dataset.samples[p].id == ids[0])
    place = next(i for i, g in enumerate(parts.gallery) if dataset.samples[g].id == ids[1])
    rows = table(page, "| model | score | says |")
    for name in ("mtdnet", "mtdtrp", "mtdnet-fused"):
        value = evaluate(rankers[name], dataset, parts).scores.matrix[probe, place]
        shown = float(rows[name][0].split()[1])
        assert abs(shown - (100 * value if name == "mtdnet" else value)) < 0.06


def page_readings() -> list:
    from reidviz.ui.session.models import known_rankers

    return list(known_rankers().values())


def test_the_threshold_decides_and_is_kept_over_pages(app: AppTest) -> None:
    page = view(opened(app), "Threshold")
    slider = page.slider[0]
    slider.set_value(slider.min).run()
    assert metrics(page)["FNMR"] == 0
    assert metrics(page)["FMR"] == 100
    assert metrics(page)["FPIR"] == 100
    page.slider[0].set_value(page.slider[0].max).run()
    assert metrics(page)["FMR"] < 20
    before = metrics(page)
    app.switch_page("pages/home.py").run()
    page = app.switch_page("pages/pairs.py").run()
    assert metrics(page) == before
    next(b for b in page.button if b.label == "EER").click().run()
    assert metrics(page) != before


def test_distances_have_a_threshold_too_and_a_fitted_probability(app: AppTest) -> None:
    page = opened(app)
    model = next(box for box in page.selectbox if box.label == "Model")
    model.set_value("mtdnet-rnk").run()
    view(page, "Threshold")
    assert not page.exception
    assert "a logistic curve" in texts(page)
    view(page, "Mistakes")
    against = next(box for box in page.selectbox if box.label == "Against")
    assert "mtdnet-cls" in against.options
    view(page, "Threshold")
    page.slider[0].set_value(page.slider[0].max).run()
    assert metrics(page)["FMR"] == 100


def test_another_pair_by_suggestion_and_by_selection(app: AppTest, data: str) -> None:
    page = opened(app)
    next(b for b in page.button if b.label.startswith("Wrong by")).click().run()
    assert "✗ different persons" in texts(page)
    dataset = load(data)
    parts = split(dataset, "half:0")
    ids = tuple(dataset.samples[i].id for i in (parts.gallery[0], parts.gallery[1]))
    app.session_state["selection"] = Selection(dataset.manifest_hash, ids)
    page = app.run()
    next(b for b in page.button if b.label == "The first two selected").click().run()
    assert chosen_pair(page) == list(ids)
    assert not page.exception


def test_an_uploaded_image_is_compared(app: AppTest) -> None:
    page = opened(app)
    buffer = io.BytesIO()
    Image.new("RGB", (24, 48), (200, 40, 90)).save(buffer, "PNG")
    page.get("file_uploader")[1].upload("mine.png", buffer.getvalue(), "image/png")
    page.run()
    assert not page.exception
    assert "not known here" in texts(page)
    page.get("file_uploader")[1].upload("words.png", b"no image", "image/png")
    page.run()
    assert not page.exception
    assert any("words.png" in t.value for t in page.text)


def test_an_uploaded_image_stands_until_another_is_chosen(app: AppTest) -> None:
    page, buffer = opened(app), io.BytesIO()
    Image.new("RGB", (24, 48), (200, 40, 90)).save(buffer, "PNG")

    def away_and_back() -> str:
        settled(app.switch_page("pages/data.py"))
        return texts(settled(app.switch_page("pages/pairs.py")))

    for other in ("menu", "suggestion"):
        page.get("file_uploader")[1].upload("mine.png", buffer.getvalue(), "image/png")
        page.run()
        assert "not known here" in texts(page)
        assert "not known here" in away_and_back()
        if other == "menu":
            menu = next(s for s in page.selectbox if s.label == "Second image")
            menu.select_index((menu.options.index(menu.format_func(menu.value)) + 1) % len(menu.options)).run()
        else:
            next(b for b in page.button if b.label == "Its true match").click().run()
        assert not page.exception
        assert "not known here" not in texts(page)
        assert "not known here" not in away_and_back()


def test_lassoed_pairs_are_shown_and_selected(app: AppTest, data: str) -> None:
    page = opened(app)
    dataset = load(data)
    parts = split(dataset, "half:0")
    app.session_state["pairs-lassoed"] = (key_of(dataset, parts), ((0, 0), (1, 2)))
    page = view(app.run(), "Mistakes")
    shown = next(box for box in page.selectbox if box.label == "Pairs shown")
    assert shown.value == "lassoed pairs"
    assert [html for html in page.main.get("html") if str(html.value).count("<figure") == 2]
    next(b for b in page.button if b.label == "Select these images").click().run()
    wanted = {dataset.samples[i].id for i in (parts.probes[0], parts.gallery[0], parts.probes[1], parts.gallery[2])}
    assert set(app.session_state["selection"].ids) == wanted
    next(b for b in page.button if b.label == "Take this pair").click().run()
    view(page, "This pair")
    assert chosen_pair(page)[0] in wanted


def test_the_threshold_card_says_what_was_measured_where(app: AppTest, data: str) -> None:
    from reidviz.evaluation.pipeline.evaluate import evaluate

    page = view(opened(app), "Threshold")
    dataset = load(data)
    parts = split(dataset, "half:0")
    ranker = next(r for r in page_readings() if r.name == "mtdnet")
    choice = Choice(dataset, parts, (ranker,))
    result = evaluate(ranker, dataset, parts)
    tested = verification.tested(choice, result)
    assert tested is not None
    card = threshold_card(choice, result, tested)
    assert json.loads(json.dumps(card))["card"]["variant"] == "mtdnet"
    assert card["data_hash"] == dataset.manifest_hash
    assert card["pairs"] == {"same": 6, "different": 12, "different_total": 12}
    assert card["equal_error"]["threshold"] == card["threshold"]
    assert 0.05 <= card["temperature"] <= 50
    assert page.get("download_button")


def test_the_mix_of_both_tasks_alone_has_its_pairs(app: AppTest) -> None:
    app.query_params["models"] = ["mtdnet-fused"]
    page = view(opened(app), "Mistakes")
    assert "false matches of mtdnet-fused, most alike first" in str([box.value for box in page.selectbox])
    assert "The plane needs two scores" in texts(page)
