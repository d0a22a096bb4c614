"""The store of embeddings, and images of no data set against a gallery that is known."""

from pathlib import Path

import numpy as np
import pytest
import torch

from reidviz.common.row_cache import Rows
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.images.decode import load_image, resize
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.splits.protocols import split
from reidviz.evaluation.embedding.spaces import describe, load_cached, spaces_of
from reidviz.evaluation.pipeline.evaluate import evaluate
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.scoring import image
from reidviz.evaluation.scoring.embeddings import Embeddings
from reidviz.evaluation.scoring.features import ImageSubset
from reidviz.evaluation.scoring.image import GALLERIES, Gallery, scores_of_image
from reidviz.evaluation.scoring.score import score
from reidviz.models.checkpoint import load_checkpoint
from tests.conftest import SMALL
from tests.evaluation.conftest import checkpoint

CPU = torch.device("cpu")


@pytest.fixture
def data(people: str) -> Dataset:
    return load(people)


@pytest.fixture
def parts(data: Dataset) -> Split:
    return split(data, "half:0")


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Positions whose features were computed so far."""
    found: list[int] = []
    put = Rows.put

    def counted(self: Rows, indices: list[int], values: list[np.ndarray]) -> None:
        if self.name == "features":
            found.extend(indices)
        put(self, indices, values)

    monkeypatch.setattr(Rows, "put", counted)
    return found


def test_each_image_is_described_once_for_all_who_ask(
    tmp_path: Path, data: Dataset, parts: Split, described: list[int]
) -> None:
    path = checkpoint(tmp_path / "mtdnet.safetensors", "mtdnet")
    ranking = next(ranker for ranker in rankers_of(path) if ranker.kind == "distance")
    space = spaces_of([ranking])[0]
    everyone = np.arange(len(data.samples))
    assert load_cached(space, data, everyone) is None
    evaluate(ranking, data, parts)
    tested = sorted({*parts.probes.tolist(), *parts.gallery.tolist()})
    assert sorted(described) == tested
    shown = describe(space, data, everyone)
    assert sorted(described) == everyone.tolist()
    assert np.array_equal(load_cached(space, data, everyone[::-1]), shown[::-1])  # type: ignore[arg-type]
    probe = np.asarray(resize(load_image(data, 0), SMALL.height, SMALL.width))
    scores_of_image(probe, "distance", Gallery(path, ranking.sha256, data, parts, CPU))
    assert len(described) == len(data.samples)


def test_features_are_those_of_the_network(tmp_path: Path, data: Dataset) -> None:
    path = checkpoint(tmp_path / "rnk.safetensors", "mtdnet-rnk")
    network, card = load_checkpoint(path)
    wanted = np.array([3, 0, 5])
    found = Embeddings(path, card.sha256, data).of(wanted)
    alone = score(
        network,
        "distance",
        ImageSubset(Pixels(data, SMALL.height, SMALL.width), wanted),
        ImageSubset(Pixels(data, SMALL.height, SMALL.width), wanted),
        CPU,
    )
    assert np.allclose(np.maximum(2 - 2 * found @ found.T, 0), alone.matrix, atol=1e-5)


def asked(tmp_path: Path, data: Dataset, parts: Split, variant: str, kind: str) -> tuple[Scores, Scores]:
    """Scores of one of the images by the short way, and as a probe by the long one."""
    path = checkpoint(tmp_path / f"{variant}.safetensors", variant)
    network, card = load_checkpoint(path)
    probe = np.asarray(resize(load_image(data, 0), SMALL.height, SMALL.width))
    found = scores_of_image(probe, kind, Gallery(path, card.sha256, data, parts, CPU))  # type: ignore[arg-type]
    gallery = ImageSubset(Pixels(data, SMALL.height, SMALL.width), parts.gallery)
    return found, score(network, kind, probe[None], gallery, CPU)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("variant", "kind"),
    [("mtdnet", "distance"), ("mtdnet", "probability"), ("mtdnet-cls", "probability"), ("mtdnet-rnk", "distance")],
)
def test_a_image_is_scored_as_a_probe_would_be(
    tmp_path: Path, data: Dataset, parts: Split, variant: str, kind: str
) -> None:
    found, expected = asked(tmp_path, data, parts, variant, kind)
    assert found.kind == expected.kind
    assert np.allclose(found.matrix, expected.matrix, atol=1e-5)


def test_a_gallery_beyond_the_bound_is_a_cascade_where_the_network_ranks(
    tmp_path: Path, data: Dataset, parts: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image, "MOST_BYTES", 1)
    monkeypatch.setattr(image, "CANDIDATES", 2)
    found, expected = asked(tmp_path, data, parts, "mtdnet", "probability")
    scored = ~np.isnan(found.matrix[0])
    assert scored.sum() == 2
    assert np.allclose(found.matrix[0, scored], expected.matrix[0, scored], atol=1e-5)
    assert found.first_stage is not None
    assert set(np.flatnonzero(scored)) == set(np.argsort(found.first_stage[0], kind="stable")[:2])
    whole, expected = asked(tmp_path, data, parts, "mtdnet-cls", "probability")
    assert np.allclose(whole.matrix, expected.matrix, atol=1e-5)


def test_a_gallery_is_looked_at_once(
    tmp_path: Path, data: Dataset, parts: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    GALLERIES.clear()
    asked(tmp_path, data, parts, "mtdnet", "probability")
    assert GALLERIES.bytes > 0
    monkeypatch.setattr(Pixels, "__getitem__", lambda *_: pytest.fail("looked at again"))
    path = tmp_path / "mtdnet.safetensors"
    _, card = load_checkpoint(path)
    probe = np.zeros((SMALL.height, SMALL.width, 3), dtype=np.uint8)
    scores_of_image(probe, "probability", Gallery(path, card.sha256, data, parts, CPU))
