"""The page of results: that of the committed records, and what it makes of records written by hand."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import write_json
from reidviz.common.settings import PROJECT
from reidviz.evaluation.ranking.uncertainty import FIGURES, Interval
from reidviz.experiments.records import name_from, read_record, records_in, write_record
from reidviz.experiments.results_page import results_page
from reidviz.experiments.run_record import RankerFigures, RunRecord, Validated


def ranker(rank1: float) -> RankerFigures:
    figures = dict.fromkeys(FIGURES, 90.0) | {"1": rank1}
    return RankerFigures("mtdtrp", "distance", figures, dict.fromkeys(FIGURES, Interval(40.0, 95.0)))


RUN = RunRecord(
    name="one",
    variant="mtdtrp",
    recipe={"name": "compact", "rate": 0.001},
    init="fresh weights",
    seed=0,
    source="",
    data="cuhk01",
    data_hash="0123456789abcdef",
    protocol="mtdnet-486",
    probes=972,
    gallery=486,
    iterations=1000,
    seconds=90.0,
    device="CPU, 2 threads",
    parameters=1_500_000,
    curve=(Validated(100, {"distance": 30.0}),),
    rankers=(ranker(50.0),),
    remarks=(),
    sha256="f" * 64,
    code="1.0",
    command="python -m reidviz train --data cuhk01 --variant mtdtrp",
    date="2026-01-02T03:04:05+00:00",
)


def lines(page: str, start: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith(start)]


def test_the_page_is_made_of_the_committed_records() -> None:
    """Fails where somebody typed into the page, or added a record and did not make it anew."""
    written = (PROJECT / "docs" / "results.md").read_text(encoding="utf-8")
    assert written == results_page(records_in(PROJECT / "docs" / "results"))


def test_a_run_is_a_row_with_its_intervals_and_its_command() -> None:
    page = results_page([RUN])
    assert lines(page, "| one |") == [
        "| one | ranking | 0 | 50.00 [40.0, 95.0] | 90.00 | 90.00 | 90.00 | 90.00 [40.0, 95.0] | 1,000 | 1.50 M | 1.5 |"
    ]
    assert "    python -m reidviz train --data cuhk01 --variant mtdtrp" in page.splitlines()
    assert "not kept" in results_page([replace(RUN, seconds=None)])
    remarked = replace(RUN, remarks=("Everything is found.",))
    assert results_page([remarked, replace(remarked, name="two")]).count("Everything is found.") == 1


def test_seeds_of_one_recipe_have_a_mean_and_a_deviation() -> None:
    """50 and 54: their mean is 52, the deviation (n - 1) the root of 8."""
    other = replace(RUN, name="two", seed=1, rankers=(ranker(54.0),), seconds=30.0)
    page = results_page([RUN, other])
    (mean,) = lines(page, "| mtdtrp, mean of 2 |")
    assert mean.split(" | ")[2:4] == ["all", "52.00 ± 2.83"]
    assert mean.split(" | ")[-1] == "1.0 |"
    for different in (replace(other, recipe={"name": "modern"}), replace(other, init="x"), replace(other, seed=0)):
        assert "mean of" not in results_page([RUN, different])


def test_figures_published_for_this_very_test_stand_beside_and_are_marked() -> None:
    assert len(lines(results_page([RUN]), "| *published:*")) == 7
    (mtdnet,) = lines(results_page([RUN]), "| *published:* MTDnet (")
    assert "| 59.67 |" in mtdnet
    for other in (replace(RUN, probes=971), replace(RUN, protocol="half:0"), replace(RUN, data="synthetic:cuhk01")):
        assert "published" not in results_page([other])


def test_tests_have_a_table_each_and_the_order_of_records_does_not_matter() -> None:
    records = [RUN, replace(RUN, name="two", protocol="half:0"), replace(RUN, name="three", data_hash="f" * 16)]
    page = results_page(records)
    assert [line for line in lines(page, "## ") if "cuhk01" in line] == [
        "## cuhk01, half:0",
        "## cuhk01, mtdnet-486",
        "## cuhk01, mtdnet-486",
    ]
    assert results_page(records[::-1]) == page


def test_no_name_breaks_out_of_its_cell() -> None:
    page = results_page([replace(RUN, name="a|b <script>`x`", command="one\n</details>")])
    assert r"| a\|b \<script\>\`x\` |" in page
    assert "    one </details>" in page.splitlines()


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_record(write_record(tmp_path, RUN)) == RUN
    assert records_in(tmp_path) == [RUN]
    assert name_from("Run of mine (2)/é") == "Run-of-mine-2"
    for name in ("../one", "", ".one", "a b"):
        with pytest.raises(ReidvizError, match="cannot be called"):
            write_record(tmp_path, replace(RUN, name=name))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": 2}, "has format 2, not 1"),
        ({"kind": "other"}, "is damaged"),
        ({"iterations": -1}, "iterations is below 0"),
        ({"rankers": [asdict(ranker(50.0)) | {"figures": {"1": 50.0}}]}, "not every figure"),
        ({"seed": "0"}, "seed should be a whole number"),
    ],
)
def test_what_is_no_record_is_one_sentence(tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
    write_json(tmp_path / "one.json", asdict(RUN) | change)
    with pytest.raises(ReidvizError, match=sentence):
        records_in(tmp_path)
