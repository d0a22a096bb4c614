"""Every command in the documents is one: the program's own parser takes it, and those on built-in data are run."""

import importlib.util
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from reidviz.cli.main import main, parser
from reidviz.common.settings import PROJECT
from tests.docs.commands import Command, commands

COMMANDS = list(commands())
OURS = [one for one in COMMANDS if one.of_reidviz is not None]
OTHERS = {"pip", "tar", "pre-commit", "git"}
SMALL = "synthetic:ilids"
RUN = ("evaluate", "report", "failures", "doctor", "export", "figure", "settings", "gallery", "cache")
"""What is run where the data it reads are SMALL and its models shipped, in the order of its page."""


def left_open(words: tuple[str, ...]) -> bool:
    """Whether a reader has to fill something in."""
    return bool({"...", "…"} & {*words})


def is_built_in(command: Command) -> bool:
    """Whether nothing is read but what the package brings, and little of that."""
    words = command.of_reidviz or ("",)
    if words[0] not in RUN or left_open(words):
        return False
    named = [value for option, value in pairwise(words) if option in ("--data", "--images")]
    models = [value for option, value in pairwise(words) if option == "--model"]
    shipped = [(PROJECT / "checkpoints" / f"{model}.safetensors").is_file() for model in models]
    return all(shipped) and bool(named) and set(named) == {SMALL}


@pytest.mark.parametrize("command", OURS, ids=str)
def test_the_program_takes_it(command: Command) -> None:
    words = command.of_reidviz
    assert words is not None
    if not left_open(words):
        parser().parse_args(words)
        return
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([*(word for word in words if word not in ("...", "…")), "--help"])
    assert ended.value.code == 0


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.words[0] == "make"], ids=str)
def test_make_knows_it(command: Command) -> None:
    subprocess.run([*command.words, "--dry-run"], cwd=PROJECT, check=True, capture_output=True)


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.words[0] == "streamlit"], ids=str)
def test_streamlit_takes_it(command: Command) -> None:
    from streamlit.web.cli import main as streamlit

    from reidviz.ui.server.startup import _given

    split = command.words.index("--") if "--" in command.words else len(command.words)
    assert CliRunner().invoke(streamlit, [*command.words[1:split], "--help"]).exit_code == 0
    assert (PROJECT / command.words[2]).is_file()
    _given(command.words[split + 1 :])


def test_every_other_command_is_known() -> None:
    for command in COMMANDS:
        words = command.words
        if command.of_reidviz is not None or words[0] in {"make", "streamlit", *OTHERS}:
            continue
        assert words[0] == "python", str(command)
        if words[1] == "-m":
            assert importlib.util.find_spec(words[2]), str(command)
        else:
            assert (PROJECT / words[1]).is_file(), str(command)


@pytest.mark.slow
@pytest.mark.xdist_group("documents")
@pytest.mark.parametrize("page", sorted({one.page for one in OURS if is_built_in(one)}), ids=lambda page: page.name)
def test_what_reads_built_in_data_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("RUNS", "GALLERIES", "MODELS", "IMPORTS"):
        monkeypatch.setenv(f"REIDVIZ_{folder}", str(tmp_path / folder.lower()))
    for command in (one for one in OURS if one.page == page and is_built_in(one)):
        assert main(list(command.of_reidviz or ())) == 0, str(command)
