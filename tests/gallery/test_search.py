"""From a probe to hits: against plain NumPy, and the classifier's own passes one pair at a time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from reidviz.common.words import text_of
from reidviz.data.images.decode import decode, resize
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.ranking.reranking import Reranking, reranked
from reidviz.evaluation.scoring.single_passes import probabilities, squared_distances
from reidviz.gallery.images import GalleryImages
from reidviz.gallery.named import gallery_named
from reidviz.gallery.page import SearchedProbe, html_of
from reidviz.gallery.rerank import reranked_first
from reidviz.gallery.search import Found, Hit, feature_of, search
from reidviz.gallery.second_stage import rescored, second_stage_of
from reidviz.gallery.store import Entry, FeatureStore, Filter
from reidviz.gallery.update import add, ranker_of
from reidviz.gallery.words import HEADER, hits_table, verdict, verdict_on_all
from reidviz.models.loaded import loaded
from reidviz.models.model_card import Threshold
from reidviz.models.mtdnet import MTDnet
from tests.gallery.conftest import street

CPU = torch.device("cpu")


@pytest.fixture
def world(tmp_path: Path, model: Path) -> tuple[Path, Ranker, FeatureStore]:
    folder = street(tmp_path / "street")
    add("street", str(folder), str(model))
    gallery = gallery_named("street")
    return folder, ranker_of(gallery.model()), gallery.store(gallery.model())


def images(folder: Path) -> list[Image.Image]:
    return [decode(file) for file in sorted(folder.iterdir())]


def test_distances_are_those_of_the_network(world: tuple[Path, Ranker, FeatureStore]) -> None:
    folder, ranker, store = world
    network, card = loaded(ranker.path, ranker.sha256, CPU)
    sized = [resize(one, card.architecture.height, card.architecture.width) for one in images(folder)]
    (found,) = search(store, ranker, feature_of(ranker, images(folder)[:1])[None], 12)
    names = sorted(file.name for file in folder.iterdir())
    wanted = [float(squared_distances(network, sized[0], one, CPU).mean()) for one in sized]
    for hit in found.hits:
        assert hit.distance == pytest.approx(wanted[names.index(hit.entry.id)], abs=2e-3)
    assert found.searched == 12


def test_several_images_are_one_probe_at_their_mean_distance(world: tuple[Path, Ranker, FeatureStore]) -> None:
    folder, ranker, store = world
    mine = images(folder)[:3]
    (together,) = search(store, ranker, feature_of(ranker, mine)[None], 12)
    alone = search(store, ranker, np.stack([feature_of(ranker, [one]) for one in mine]), 12)
    for hit in together.hits:
        each = [next(h.distance for h in one.hits if h.entry.id == hit.entry.id) for one in alone]
        assert hit.distance == pytest.approx(np.mean(each), abs=1e-4)


def test_the_probe_itself_is_passed_over(world: tuple[Path, Ranker, FeatureStore]) -> None:
    folder, ranker, store = world
    own = min(file.name for file in folder.iterdir())
    (found,) = search(store, ranker, store.features([own]), 5, without=[own])
    assert [hit.rank for hit in found.hits] == [1, 2, 3, 4, 5]
    assert own not in [hit.entry.id for hit in found.hits]
    (nobody,) = search(store, ranker, store.features([own]), 5, Filter(("c9",)))
    assert nobody.hits == ()
    assert text_of(verdict(nobody)) == "No image of this gallery passes these filters."


def test_the_second_stage_orders_by_the_fused_score(world: tuple[Path, Ranker, FeatureStore]) -> None:
    folder, ranker, store = world
    fused = second_stage_of(ranker)
    assert fused is not None
    assert fused.weight is not None
    network, card = loaded(ranker.path, ranker.sha256, CPU)
    assert isinstance(network, MTDnet)
    size = card.architecture.height, card.architecture.width
    mine = images(folder)[:2]
    (first,) = search(store, ranker, feature_of(ranker, mine)[None], 12)
    found = rescored(first, mine, GalleryImages(gallery_named("street").source), fused, 7)
    assert [hit.rank for hit in found.hits] == list(range(1, 13))
    assert {hit.entry.id for hit in found.hits[:7]} == {hit.entry.id for hit in first.hits[:7]}
    assert [hit.entry.id for hit in found.hits[7:]] == [hit.entry.id for hit in first.hits[7:]]
    for hit in found.hits[:7]:
        theirs = resize(decode(folder / hit.entry.id), *size)
        p = np.mean([probabilities(network, resize(one, *size), theirs, CPU).mean() for one in mine])
        assert hit.score == pytest.approx(fused.weight * np.log(p) - (1 - fused.weight) * 4 * hit.distance, abs=1e-3)
    scores = [hit.score for hit in found.hits[:7] if hit.score is not None]
    assert scores == sorted(scores, reverse=True)
    assert rescored(first, mine, GalleryImages(gallery_named("street").source), replace(fused, weight=0.0), 7) == first


def test_a_model_with_one_task_has_no_second_stage(tmp_path: Path) -> None:
    from reidviz.models.checkpoint import save_checkpoint
    from reidviz.models.model_card import Card
    from tests.conftest import SMALL, network

    file = tmp_path / "rnk.safetensors"
    save_checkpoint(file, network("mtdnet-rnk"), Card("r", "mtdnet-rnk", SMALL, {}, "d", "h", "p", "fresh", 0, 0))
    (ranker,) = rankers_of(file)
    assert second_stage_of(ranker) is None


def test_reranked_hits_are_those_of_the_published_method(world: tuple[Path, Ranker, FeatureStore]) -> None:
    folder, ranker, store = world
    probe = feature_of(ranker, images(folder)[:1])
    (first,) = search(store, ranker, probe[None], 12)
    features = np.concatenate([probe[None], store.features([hit.entry.id for hit in first.hits[:9]])])
    wanted = np.empty((1, 9), dtype=np.float32)
    reranked(features, 1, Reranking(), lambda a, b: np.maximum(2 - 2 * a @ b.T, 0), wanted)
    found = reranked_first(first, probe, store, 9)
    assert [hit.rank for hit in found.hits] == list(range(1, 13))
    assert found.hits[9:] == first.hits[9:]
    order = np.argsort(wanted[0], kind="stable")
    assert [hit.entry.id for hit in found.hits[:9]] == [first.hits[i].entry.id for i in order]
    assert [hit.reranked for hit in found.hits[:9]] == pytest.approx(wanted[0][order].tolist(), abs=1e-5)
    assert found.matches == first.matches
    assert found.nearest == first.hits[0].distance


def hits(*distances: float) -> tuple[Hit, ...]:
    return tuple(Hit(rank, Entry(f"i{rank}", "c1", 0.0), d) for rank, d in enumerate(distances, 1))


def test_absent_is_said_first_and_false_matches_are_counted() -> None:
    threshold = Threshold("distance", 0.5, 0.001, 0.1, "persons of somewhere", 10, 1000)
    seen = text_of(verdict(Found(hits(0.1, 0.5, 0.6), 2000, threshold=threshold)))
    assert seen.startswith("Probably seen: 2 of 2,000 images are taken for this person at the threshold d² 0.500.")
    assert "0.10 % of the pairs of different persons" in seen
    assert "about 2.0 false matches" in seen
    assert "at least 1 of 2,000" in text_of(verdict(Found(hits(0.1), 2000, threshold=threshold)))
    assert text_of(verdict(Found(hits(0.6), 2000, threshold=threshold))).startswith("Probably absent: no image")
    assert "judged by eye" in text_of(verdict(Found(hits(0.6), 2000)))


def test_a_table_holds_no_formula() -> None:
    entry = Entry("=cmd.png", "+c", 0.0, (("@a", "x"),))
    (row,) = hits_table(Found((Hit(1, entry, 0.25, -1.5),), 1, "fused"), "-probe", {"=cmd.png": "accepted"})
    wanted = [
        "'-probe",
        "1",
        "'=cmd.png",
        "'+c",
        "1970-01-01 00:00:00",
        "0.250000",
        "",
        "-1.500000",
        "",
        "accepted",
        "'@a=x",
    ]
    assert row == wanted
    assert len(HEADER) == len(row)


def test_of_many_probes_it_is_counted_who_was_seen() -> None:
    threshold = Threshold("distance", 0.5, 0.001, 0.1, "persons of somewhere", 10, 1000)
    found = [Found(hits(d), 2000, threshold=threshold) for d in (0.1, 0.6, 0.7)]
    told = text_of(verdict_on_all(found))
    assert told.startswith("Of 3 probes, 1 is probably seen and 2 are probably absent at the threshold d² 0.500.")
    assert "about 2.0 false matches are to be expected for each probe" in told
    assert "is at d² 0.100 to d² 0.200" in text_of(verdict_on_all([Found(hits(0.1), 9), Found(hits(0.6, 0.2), 9)]))
    assert text_of(verdict_on_all([])) == "No probe was searched for."


def test_a_page_of_hits_carries_all_and_runs_nothing() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    found = Found((Hit(1, Entry(hostile, hostile, 0.0, ((hostile, hostile),)), 0.25), *hits(0.3, 0.4)[1:]), 2)
    made = html_of(
        hostile, hostile, [SearchedProbe(hostile, ("data:,",), found, {hostile: "accepted"})], lambda _: "", "now"
    )
    text = made.decode()
    assert hostile not in text
    assert text.count("&lt;img src=x") >= 5
    assert "Content-Security-Policy" in text
    assert "<script" not in text
    assert text.count('class="card ') == 2
    assert 'class="card right"' in text
