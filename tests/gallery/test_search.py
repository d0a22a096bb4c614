"""From a probe to hits: against plain NumPy, and the classifier's own passes one pair at a time."""

from collections.abc import Sequence
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
from reidviz.gallery.exact.exact_store import ExactStore
from reidviz.gallery.images import GalleryImages
from reidviz.gallery.models import ranker_of
from reidviz.gallery.named import gallery_named
from reidviz.gallery.page import SearchedProbe, html_of
from reidviz.gallery.probes import NamedProbe
from reidviz.gallery.rerank import reranked_first
from reidviz.gallery.search import Found, Hit, ProbeFeature, feature_of, first_hits, mean_of, search
from reidviz.gallery.second_stage import rescored, second_stage_of
from reidviz.gallery.stages import Depth, nearest, search_all
from reidviz.gallery.store import Entry, Facets, FeatureStore, Filter
from reidviz.gallery.update import add
from reidviz.gallery.words import HEADER, facets_lines, hits_table, verdict, verdict_on_all
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
    (found,) = search(store, ranker, [feature_of(ranker, images(folder)[:1])], 12)
    names = sorted(file.name for file in folder.iterdir())
    wanted = [float(squared_distances(network, sized[0], one, CPU).mean()) for one in sized]
    for hit in found.hits:
        assert hit.distance == pytest.approx(wanted[names.index(hit.entry.id)], abs=2e-3)
    assert found.searched == 12


def test_several_images_are_one_probe_at_their_mean_distance(world: tuple[Path, Ranker, FeatureStore]) -> None:
    folder, ranker, store = world
    mine = images(folder)[:3]
    (together,) = search(store, ranker, [feature_of(ranker, mine)], 12)
    alone = search(store, ranker, [feature_of(ranker, [one]) for one in mine], 12)
    for hit in together.hits:
        each = [next(h.distance for h in one.hits if h.entry.id == hit.entry.id) for one in alone]
        assert hit.distance == pytest.approx(np.mean(each), abs=1e-4)


def test_of_features_by_euclidean_distance_several_are_at_their_mean_distance_too(
    world: tuple[Path, Ranker, FeatureStore], tmp_path: Path
) -> None:
    _, ranker, _ = world
    store = ExactStore(tmp_path / "euclidean", 2, "float32", "euclidean")
    store.add([Entry("near"), Entry("far")], np.array([[0, 0], [4, 0]], dtype=np.float32))
    (found,) = search(store, ranker, [mean_of(np.array([[1, 2], [1, -2]], dtype=np.float32))], 2)
    assert [(hit.entry.id, hit.distance) for hit in found.hits] == [("near", 5.0), ("far", 13.0)]


def test_an_image_that_is_gone_is_not_looked_at_again_and_the_others_are(
    world: tuple[Path, Ranker, FeatureStore],
) -> None:
    folder, ranker, store = world
    fused = second_stage_of(ranker)
    assert fused is not None
    mine = images(folder)[:1]
    (first,) = search(store, ranker, [feature_of(ranker, mine)], 12)
    source = gallery_named("street").source
    (folder / first.hits[2].entry.id).unlink()
    found = rescored(first, mine, GalleryImages(source), fused, 5)
    assert (found.looked, found.judged, found.kind) == (4, 4, "fused")
    assert [hit.score is None for hit in found.hits] == [False] * 4 + [True] * 8
    assert found.hits[4].entry.id == first.hits[2].entry.id
    assert [hit.rank for hit in found.hits] == list(range(1, 13))
    for file in folder.iterdir():
        file.unlink()
    assert rescored(first, mine, GalleryImages(source), fused, 5) == first


def test_a_later_stage_looks_at_more_hits_than_are_listed(world: tuple[Path, Ranker, FeatureStore]) -> None:
    folder, ranker, store = world
    own = GalleryImages(gallery_named("street").source)
    probe = NamedProbe("one", tuple(images(folder)[:1]))
    (whole,) = search_all([probe], store, ranker, own, Depth(12, again=9))
    (few,) = search_all([probe], store, ranker, own, Depth(2, again=9))
    assert few.hits == whole.hits[:2]
    assert (few.looked, few.nearest, few.matches) == (9, whole.nearest, whole.matches)
    (reranked_few,) = search_all([probe], store, ranker, own, Depth(2, rerank=9))
    (reranked_whole,) = search_all([probe], store, ranker, own, Depth(9, rerank=9))
    assert reranked_few.hits == reranked_whole.hits[:2]


@pytest.mark.parametrize("how", [Depth(5), Depth(5, rerank=5)])
def test_what_is_removed_while_it_is_searched_for_is_not_found(
    how: Depth, world: tuple[Path, Ranker, FeatureStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ranker, store = world
    probe = feature_of(ranker, images(folder)[:1])
    gone = [hit.entry.id for hit in search(store, ranker, [probe], 2)[0].hits]
    asked = "features" if how.rerank else "entries"
    whole = getattr(store, asked)

    def removed_first(ids: Sequence[str]) -> object:
        store.remove(gone)
        return whole(ids)

    monkeypatch.setattr(store, asked, removed_first)
    (found,) = nearest(store, ranker, [probe], how)
    assert len(found.hits) == 5
    assert not {hit.entry.id for hit in found.hits} & set(gone)


def test_the_probe_itself_is_passed_over(world: tuple[Path, Ranker, FeatureStore]) -> None:
    folder, ranker, store = world
    own = min(file.name for file in folder.iterdir())
    itself = ProbeFeature(store.features([own])[0])
    (found,) = search(store, ranker, [itself], 5, without=[own])
    assert [hit.rank for hit in found.hits] == [1, 2, 3, 4, 5]
    assert own not in [hit.entry.id for hit in found.hits]
    assert found.searched == 11
    (nobody,) = search(store, ranker, [itself], 5, Filter(("c9",)))
    assert nobody.hits == ()
    assert text_of(verdict(nobody)) == "No image that the probe could be compared with passes these filters."
    assert text_of(verdict_on_all([nobody])) == text_of(verdict(nobody))
    store.remove(set(store.stamps()) - {own})
    (alone,) = search(store, ranker, [itself], 5, without=[own])
    assert (alone.hits, alone.searched) == ((), 0)
    assert text_of(verdict(alone)) == "There is no image in this gallery that the probe could be compared with."


def test_the_second_stage_orders_by_the_fused_score(world: tuple[Path, Ranker, FeatureStore]) -> None:
    folder, ranker, store = world
    fused = second_stage_of(ranker)
    assert fused is not None
    assert fused.weight is not None
    network, card = loaded(ranker.path, ranker.sha256, CPU)
    assert isinstance(network, MTDnet)
    size = card.architecture.height, card.architecture.width
    mine = images(folder)[:2]
    (first,) = search(store, ranker, [feature_of(ranker, mine)], 12)
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
    (first,) = search(store, ranker, [probe], 12)
    features = np.concatenate([probe.mean[None], store.features([hit.entry.id for hit in first.hits[:9]])])
    wanted = np.empty((1, 9), dtype=np.float32)
    reranked(features, 1, Reranking(), lambda a, b: np.maximum(2 - 2 * a @ b.T, 0), wanted)
    found = reranked_first(first, probe.mean, store, 9)
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


def test_what_was_looked_at_again_is_counted_among_that() -> None:
    threshold = Threshold("fused", 0.5, 0.005, 0.1, "persons of somewhere", 10, 1000)
    all_of_them = tuple(Hit(n, Entry(f"i{n}"), 0.1, 0.9 if n <= 40 else None) for n in range(1, 101))
    found = Found(all_of_them, 1_000_000, "fused", threshold, looked=40)
    told = text_of(verdict(found))
    assert told.startswith("Probably seen: at least 40 of the first 40 images that were looked at again are taken")
    assert "about 0.2 false matches are to be expected among the first 40 images that were looked at again." in told
    assert "about 0.2 false matches are to be expected for each probe among the first 40" in text_of(
        verdict_on_all([found])
    )
    assert found.is_match(all_of_them[40]) is None
    one_less = replace(found, hits=(replace(all_of_them[0], score=0.1), *all_of_them[1:]))
    assert text_of(verdict(one_less)).startswith("Probably seen: 39 of the first 40 images")
    none = replace(found, hits=tuple(replace(hit, score=0.1) for hit in all_of_them), looked=100)
    assert text_of(verdict(none)).startswith("Probably absent: none of the first 100 images that were looked at again")


def test_matches_that_are_not_listed_are_counted() -> None:
    threshold = Threshold("distance", 0.5, 0.001, 0.1, "persons of somewhere", 10, 1000)
    found = first_hits(Found(hits(0.3, 0.4, 0.1, 0.6), 2000, threshold=threshold), 2)
    assert len(found.hits) == 2
    assert text_of(verdict(found)).startswith("Probably seen: 3 of 2,000 images")
    assert "The nearest of 2,000 images is at d² 0.100" in text_of(
        verdict(first_hits(Found(hits(0.3, 0.4, 0.1), 2000), 2))
    )


def test_a_time_that_no_calendar_has_is_the_last_that_one_has() -> None:
    assert facets_lines(Facets((), -1e12, 1e12, ()))[1] == "times: 0001-01-01 00:00:00 to 9999-12-31 23:59:59"


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


def test_a_page_of_many_probes_holds_so_many_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reidviz.gallery.page.MOST_IMAGES", 6)
    three = SearchedProbe("p", ("data:,",), Found(hits(0.1, 0.2, 0.3), 9), {})

    def page(probes: int) -> str:
        return html_of("street", "small", [three] * probes, lambda _: "", "now").decode()

    assert [page(probes).count('class="card ') for probes in (1, 3, 6, 8)] == [3, 6, 6, 6]
    assert "8 probes, of which the first 6 are shown" in page(8)
    assert "The first 1 of 3 hits." in page(6)


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
