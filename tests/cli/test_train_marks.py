"""train --marks: what a file of marks teaches, and what teaches nothing."""

from pathlib import Path

import pytest

from reidviz.cli.train import _marks
from reidviz.common.errors import ReidvizError
from reidviz.data.formats import load
from reidviz.training.job import MarkedPair
from tests.conftest import people_folder

A, B, C = "p00/A_0.png", "p00/B_0.png", "p01/A_0.png"


def test_pairs_on_which_annotators_differ_count_for_nothing(tmp_path: Path) -> None:
    dataset, file = load(f"folder:{people_folder(tmp_path / 'people')}"), tmp_path / "marks.csv"
    head = "first,second,answer,annotator\n"
    file.write_text(f"{head}{A},{B},same,Ada\n{A},{B},different,Bob\n{A},{C},different,Bob\n")
    assert _marks(file, dataset) == (MarkedPair(A, C, False),)
    file.write_text(f"{head}{A},{B},same,Ada\n{A},{B},different,Ada\n")
    assert _marks(file, dataset) == (MarkedPair(A, B, False),)
    for rows, why in (
        (f"{A},{B},skip,Ada\n", "every pair in it was skipped"),
        (f"{A},{B},same,Ada\n{A},{B},different,Bob\n", "its marks contradict one another"),
        (f"{A},{B},same,Ada\n{B},{C},same,Ada\n{A},{C},different,Ada\n", "its marks contradict one another"),
    ):
        file.write_text(head + rows)
        with pytest.raises(ReidvizError, match=f"marks.csv teaches nothing: {why}"):
            _marks(file, dataset)
