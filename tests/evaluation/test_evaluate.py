from pathlib import Path

import numpy as np
import pytest

from reidviz.data.formats import load
from reidviz.data.protocols import split
from reidviz.evaluation import evaluate as module
from reidviz.evaluation.evaluate import evaluate, is_cached, readings_of, record, report
from reidviz.models.card import Card
from reidviz.models.checkpoint import save_checkpoint
from tests.conftest import SMALL, network, people_folder


@pytest.fixture
def people(tmp_path: Path) -> str:
    return f"folder:{people_folder(tmp_path / 'people')}"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "both.safetensors"
    card = Card("both", "mtdnet", SMALL, {}, "folder:x", "hash", "half:0", "fresh weights", 0, 0)
    save_checkpoint(path, network("mtdnet"), card)
    return path


def test_one_multi_task_checkpoint_gives_two_readings(model: Path) -> None:
    assert [(r.name, r.variant, r.kind) for r in readings_of(model)] == [
        ("both", "mtdnet", "probability"),
        ("both (mtdtrp)", "mtdtrp", "distance"),
    ]


def test_scores_are_computed_once_and_then_read(people: str, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = load(people)
    parts = split(dataset, "half:0")
    for reading in readings_of(model):
        assert not is_cached(reading, dataset, parts)
        first = evaluate(reading, dataset, parts)
        assert is_cached(reading, dataset, parts)
        with monkeypatch.context() as patch:
            patch.setattr(module, "_compute", lambda *a: pytest.fail("scored twice"))
            again = evaluate(reading, dataset, parts)
        np.testing.assert_array_equal(again.scores.matrix, first.scores.matrix)
        assert record(again) == record(first)


def test_another_protocol_model_or_file_is_another_score(people: str, model: Path, tmp_path: Path) -> None:
    dataset = load(people)
    reading = readings_of(model)[1]
    evaluate(reading, dataset, split(dataset, "half:0"))
    assert not is_cached(reading, dataset, split(dataset, "half:1"))
    (tmp_path / "people" / "p00" / "A_0.png").touch()
    assert not is_cached(reading, load(people), split(dataset, "half:0"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"nothing like it"])
def test_a_damaged_cache_is_computed_again(people: str, model: Path, content: bytes) -> None:
    dataset = load(people)
    parts = split(dataset, "half:0")
    reading = readings_of(model)[1]
    first = evaluate(reading, dataset, parts)
    module._cache_file(reading, dataset, parts).write_bytes(content)
    np.testing.assert_array_equal(evaluate(reading, dataset, parts).scores.matrix, first.scores.matrix)


def test_the_report_has_the_promised_form(people: str, model: Path) -> None:
    dataset = load(people)
    parts = split(dataset, "half:0")
    made = report(dataset, parts, [evaluate(r, dataset, parts) for r in readings_of(model)])
    assert set(made) == {"data", "protocol", "probes", "gallery", "models"}
    assert all(set(m) == {"name", "variant", "kind", "cmc", "mAP", "mINP", "seconds"} for m in made["models"])
    assert all(list(m["cmc"]) == ["1", "5", "10", "20"] for m in made["models"])
