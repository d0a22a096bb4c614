"""What is not installed is said in one sentence with the extra that brings it."""

import re
from pathlib import Path

import pytest

from reidviz.cli.main import main
from reidviz.common import extras
from reidviz.common.errors import ReidvizError
from reidviz.common.settings import CHECKPOINTS, PROJECT
from reidviz.gallery.milvus_store import MilvusStore
from reidviz.models.added.onnx_worker import Worker


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None)


@pytest.mark.parametrize("name", extras.EXTRAS)
def test_an_extra_brings_what_it_is_asked_for(name: str) -> None:
    pinned = re.findall(r"^([\w-]+)==", (PROJECT / f"requirements-{name}.txt").read_text(), flags=re.M)
    assert set(extras.EXTRAS[name][1]) <= set(pinned)


@pytest.mark.usefixtures("without")
def test_a_network_in_onnx_is_neither_opened_nor_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(
        ReidvizError, match=r"ONNX need .* not installed: onnx, onnxruntime, onnxscript\..*pip install onnx "
    ):
        Worker(tmp_path / "network.onnx", "mine")
    out = tmp_path / "network.onnx"
    assert main(["export", "onnx", "--model", str(CHECKPOINTS / "mtdnet-rnk.safetensors"), "--out", str(out)]) == 1
    assert "pip install onnx onnxruntime onnxscript" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.usefixtures("without")
def test_a_gallery_in_milvus_needs_its_client() -> None:
    with pytest.raises(ReidvizError, match=r"Galleries in Milvus need .*not installed: pymilvus.*pip install pymilvus"):
        MilvusStore("nowhere.db", "people", 4)
