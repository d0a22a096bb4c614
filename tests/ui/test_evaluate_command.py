"""The command beside a table asks for the same models on the same test."""

import shlex
from dataclasses import replace
from pathlib import Path

from reidviz.common import settings
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.reranking import Reranking
from reidviz.ui.results.evaluate_command import command
from reidviz.ui.session.choice import Choice
from tests.conftest import people_folder


def test_the_command_names_models_by_file_run_and_name(tmp_path: Path) -> None:
    dataset = load(f"folder:{people_folder(tmp_path / 'people')}")
    shipped = Ranker("mtdnet", "distance", settings.CHECKPOINTS / "mtdnet.safetensors", "0" * 64)
    run = replace(shipped, path=tmp_path / "runs" / "my run" / "checkpoints" / "final.safetensors")
    added = replace(shipped, path=tmp_path / "models" / "net.onnx", form="onnx", refinement=Reranking(5, 2, 0.5))
    words = shlex.split(command(Choice(dataset, split(dataset, "half:0"), (shipped, run, added))))
    assert words[:8] == ["python", "-m", "reidviz", "evaluate", "--data", "folder:people", "--protocol", "half:0"]
    models = ["--model", "checkpoints/mtdnet.safetensors", "--model", "runs/my run", "--model", "net"]
    assert words[8:] == [*models, "--rerank", "5,2,0.5"]
