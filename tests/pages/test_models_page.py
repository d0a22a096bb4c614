"""The door for models from elsewhere, and what such models show on the other pages."""

import io
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from streamlit.testing.v1 import AppTest

from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scores import Scores
from reidviz.models.added.store import added_models
from tests.conftest import people_folder
from tests.pages.conftest import rows, settled, wait_for_work

RNG = np.random.default_rng(5)


@pytest.fixture(autouse=True)
def own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_MODELS", str(tmp_path / "models"))


@pytest.fixture
def data(tmp_path: Path) -> str:
    """Enough persons for half of those who train to be ranked."""
    return f"folder:{people_folder(tmp_path / 'people', persons=16)}"


def pooled_colours() -> bytes:
    """A network (N, 3, 32, 16) -> (N, 24): means of 4 x 2 patches."""
    nodes = [
        helper.make_node("AveragePool", ["image"], ["pooled"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Flatten", ["pooled"], ["feature"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 32, 16])
    feature = helper.make_tensor_value_info("feature", TensorProto.FLOAT, ["n", 24])
    graph = helper.make_graph(nodes, "colours", [image], [feature])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def split_of(data: str) -> tuple[Dataset, Split]:
    dataset = load(data)
    return dataset, split(dataset, "half:0")


def ids(dataset: Dataset, positions: np.ndarray) -> np.ndarray:
    return np.array([dataset.samples[i].id for i in positions.tolist()])


def uploading(app: AppTest, name: str, content: bytes) -> AppTest:
    settled(app)
    page = settled(app.switch_page("pages/models.py"))
    page.file_uploader[0].set_value([(name, content, "application/octet-stream")]).run()
    wait_for_work()
    return page if page.text else page.run()


def adding(page: AppTest, name: str) -> AppTest:
    field = next(box for box in page.text_input if box.label == "Its name here")
    field.set_value(name).run()
    next(button for button in page.button if button.label == "Add the model").click().run()
    return settled(page)


def texts(page: AppTest) -> str:
    parts = (page.main.markdown, page.caption, page.info, page.success, page.text)
    return "\n".join(str(e.value) for part in parts for e in part).replace("\\", "")


def test_features_stand_beside_the_others_with_the_figures_of_a_few_lines_of_numpy(app: AppTest, data: str) -> None:
    dataset, parts = split_of(data)
    features = RNG.normal(size=(len(dataset.samples), 12)).astype(np.float32)
    page = uploading(app, "feats.npz", npz(features=features, ids=ids(dataset, np.arange(len(features)))))
    assert not page.exception
    assert "64 of 64 images were found" in texts(page)
    page = adding(page, "my features")
    assert not page.exception
    assert [file.stem for file in added_models()] == ["my features"]
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    truth = ground_truth(dataset, parts)
    ranking = rank(Scores("similarity", unit[parts.probes] @ unit[parts.gallery].T), truth)
    home = settled(page.switch_page("pages/home.py"))
    assert not home.exception
    assert rows(home)["my features"][0] == pytest.approx(ranking.cmc_at(1), abs=0.06)
    for other in ("compare", "retrieval", "embeddings", "pairs", "data"):
        shown = settled(home.switch_page(f"pages/{other}.py"))
        assert not shown.exception, other


def test_features_of_some_images_rank_these_alone_and_every_page_says_so(app: AppTest, data: str) -> None:
    dataset, parts = split_of(data)
    known = np.concatenate([parts.probes[:5], parts.gallery])
    features = RNG.normal(size=(len(known), 6)).astype(np.float32)
    page = adding(uploading(app, "some.npz", npz(features=features, ids=ids(dataset, known))), "some")
    for other in ("home", "compare", "retrieval", "pairs", "embeddings"):
        shown = settled(page.switch_page(f"pages/{other}.py"))
        assert not shown.exception, other
        assert f"some knows 5 of {len(parts.probes)} probes" in " ".join(w.value for w in shown.sidebar.warning)


def test_scores_are_read_either_way(app: AppTest, data: str) -> None:
    dataset, parts = split_of(data)
    matrix = RNG.random((len(parts.probes), len(parts.gallery))).astype(np.float32)
    page = uploading(app, "matrix.npz", npz(scores=matrix))
    assert not page.exception
    assert "if larger is nearer" in texts(page)
    nearer = next(box for box in page.segmented_control if box.label == "Nearer is")
    nearer.set_value("smaller").run()
    page = settled(adding(page, "given").switch_page("pages/home.py"))
    ranking = rank(Scores("dissimilarity", matrix), ground_truth(dataset, parts))
    assert rows(page)["given"][0] == pytest.approx(ranking.cmc_at(1), abs=0.06)


def test_a_network_in_onnx_is_tried_and_added_and_ranks_uploads(app: AppTest, data: str) -> None:
    page = uploading(app, "colours.onnx", pooled_colours())
    assert not page.exception
    assert "With the colours the other way round" in texts(page)
    assert "<section" in "".join(block.proto.body for block in page.get("html"))
    page = adding(page, "colours")
    assert not page.exception
    page.session_state["source"] = "The selected images"
    page = settled(page.switch_page("pages/retrieval.py"))
    assert not page.exception
    page.segmented_control(key="source").set_value("Upload images").run()
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (24, 48), (200, 40, 90)).save(buffer, "PNG")
    page.file_uploader(key="upload").set_value([("me.png", buffer.getvalue(), "image/png")] * 2).run()
    assert not page.exception
    assert "colours" in "".join(block.proto.body for block in page.get("html"))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("net.onnx", b"nothing", "not an ONNX file"),
        ("f.npz", b"nothing", "damaged or cut short"),
        ("net.pth", b"nothing", "pickle"),
    ],
)
def test_what_is_no_model_gets_one_sentence(app: AppTest, name: str, content: bytes, sentence: str) -> None:
    page = uploading(app, name, content)
    assert not page.exception
    assert sentence in " ".join(text.value for text in page.text)


def test_a_model_is_renamed_and_removed(app: AppTest, data: str) -> None:
    dataset, _ = split_of(data)
    features = RNG.normal(size=(len(dataset.samples), 4)).astype(np.float32)
    page = adding(uploading(app, "f.npz", npz(features=features, ids=ids(dataset, np.arange(len(features))))), "one")
    page.session_state["model-card one"] = True
    page.run()
    next(box for box in page.text_input if box.label == "Another name").set_value("two").run()
    next(button for button in page.button if button.label == "Rename").click().run()
    assert not page.exception
    assert [file.stem for file in added_models()] == ["two"]
    assert "two" in page.sidebar.multiselect[0].value
    page.session_state["model-card two"] = True
    page.run()
    next(button for button in page.button if button.label == "Remove it").click().run()
    assert not page.exception
    assert added_models() == []
    assert "two" not in page.sidebar.multiselect[0].value


def test_a_read_only_server_adds_nothing(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_READ_ONLY", "1")
    settled(app)
    page = settled(app.switch_page("pages/models.py"))
    assert not page.exception
    assert not page.file_uploader
