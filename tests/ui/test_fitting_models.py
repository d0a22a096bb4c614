"""Which models are shown first on a data set."""

from pathlib import Path

import pytest

from reidviz.common import settings
from reidviz.data.dataset import Dataset
from reidviz.data.formats import load
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.models.model_card import Trained
from reidviz.ui.session.models import fitting
from tests.conftest import people_folder

DRAWN = Trained("synthetic:cuhk03", "0123456789abcdef", "test100:0")


def shipped(name: str, file: str, trained: Trained = DRAWN, also: tuple[Trained, ...] = ()) -> Ranker:
    path = settings.CHECKPOINTS / f"{file}.safetensors"
    return Ranker(name, "distance", path, file, variant="mtdnet", trained=trained, also=also)


@pytest.fixture
def photographs(tmp_path: Path) -> Dataset:
    return load(f"folder:{people_folder(tmp_path / 'people')}")


PHOTOS = shipped("photos", "mtdnet-photos", Trained("market1501:/somewhere", "fedcba9876543210", "market"))


def test_the_model_for_photographs_comes_first_on_photographs_and_not_on_drawn_people(photographs: Dataset) -> None:
    offered = {"mtdnet": shipped("mtdnet", "mtdnet"), "photos": PHOTOS}
    assert fitting(offered, photographs) == ["photos"]
    assert fitting(offered, load("synthetic:prid2011")) == ["mtdnet"]
    assert fitting({"mtdnet": offered["mtdnet"]}, photographs) == ["mtdnet"]


def test_where_any_of_its_data_sets_is_shown_the_model_for_photographs_is_known_to_have_seen_it(
    photographs: Dataset,
) -> None:
    seen = Trained(photographs.name, photographs.manifest_hash, "half:0")
    told = shipped("photos", "mtdnet-photos", PHOTOS.trained or DRAWN, (seen,))
    own = Ranker("mine", "distance", Path("runs/mine.safetensors"), "mine", trained=seen)
    assert told.trained_by(photographs) == seen
    assert fitting({"mine": own, "photos": told}, photographs) == ["photos"]
    assert fitting({"mine": own, "photos": PHOTOS}, photographs) == ["mine"]
