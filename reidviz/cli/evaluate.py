"""python -m reidviz evaluate."""

import argparse
from pathlib import Path
from typing import Any

from reidviz.cli.asked import add_models, data_asked, results_asked
from reidviz.cli.options import add_data
from reidviz.common.errors import ReidvizError


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_data(command, required=True)
    add_models(command)
    command.add_argument(
        "--averaging",
        choices=("step", "trapezoid"),
        default="step",
        help="mAP from average precision (step), or as Market-1501's own code takes it (trapezoid)",
    )
    command.add_argument("--json", type=Path, help="also write the figures to this file")
    command.add_argument("--per-probe", action="store_true", help="with --json: AP and ranks of each probe too")


def run_evaluate(options: argparse.Namespace) -> None:
    """Print the table of all models on one split, or on each of several (half:0-9) and their mean, and write it as JSON
    when asked."""
    from reidviz.common.json_files import write_json
    from reidviz.data.splits.protocols import default_protocol
    from reidviz.evaluation.pipeline.repeated_splits import averaged, expanded
    from reidviz.evaluation.pipeline.repeated_splits import table as average_table
    from reidviz.evaluation.pipeline.report import probe_records, report

    if options.per_probe and not options.json:
        raise ReidvizError("--per-probe is written to the file of --json, and none is named.", "Add --json FILE.")
    dataset, reports = data_asked(options), []
    for protocol in expanded(options.protocol or default_protocol(dataset)):
        parts, results = results_asked(options, dataset, protocol)
        summary = report(dataset, parts, results, options.averaging)
        print(table(summary))
        if options.per_probe:
            for one, result in zip(summary["models"], results, strict=True):
                one["per_probe"] = probe_records(dataset, parts, result, options.averaging)
        reports.append(summary)
    summary = reports[0]
    if len(reports) > 1:
        rows = averaged(reports)
        print(f"\n{average_table(rows, len(reports))}")
        summary = {"data": dataset.name, "protocol": options.protocol, "models": rows, "splits": reports}
    if options.json:
        write_json(options.json, summary)


def table(summary: dict[str, Any]) -> str:
    """An evaluation as text."""
    from reidviz.evaluation.pipeline.in_words import notes
    from reidviz.evaluation.ranking.ranking import METRICS

    averaged = {"step": "average precision", "trapezoid": "Market-1501's trapezoids"}
    wide = max(28, *(len(m["name"]) + 2 for m in summary["models"]))
    lines = [
        f"{summary['data']}, {summary['protocol']}: {summary['probes']} probes, gallery of {summary['gallery']}; "
        f"mAP by {averaged[summary.get('averaging', 'step')]}",
        f"{'model':<{wide}}{'ranks by':<13}"
        + "".join(f"{h:>9}" for h in ("rank-1", "rank-5", "rank-10", "rank-20"))
        + "".join(f"{name:>8}" for name in METRICS)
        + f"{'seconds':>9}",
    ]
    for m in summary["models"]:
        cmc = "".join(f"{m['cmc'][str(k)]:>9.2f}" for k in (1, 5, 10, 20))
        others = "".join(f"{m[name]:>8.2f}" if name in m else f"{'-':>8}" for name in METRICS)
        lines.append(f"{m['name']:<{wide}}{m['kind']:<13}{cmc}{others}{m['seconds']:>9.1f}")
    told = (note for m in summary["models"] for note in notes(m))
    return "\n".join([*lines, *told, *against_the_best(summary), *summary.get("remarks", ())])


def against_the_best(summary: dict[str, Any]) -> list[str]:
    """How the model with the best rank-1 stands to each other one, a line each."""
    from reidviz.evaluation.ranking.power import sizes_in_words

    if not summary.get("paired"):
        return []
    best = max(summary["models"], key=lambda one: one["cmc"]["1"])["name"]
    found = []
    for one in summary["paired"]:
        if best in (one["a"], one["b"]):
            sign = 1 if one["a"] == best else -1
            other = one["b"] if sign == 1 else one["a"]
            low, high = sorted(sign * end for end in one["interval"])
            apart = one["p"] < 0.05 and (low > 0 or high < 0)
            sure = f"95 % interval {low:+z.2f} to {high:+z.2f}, p = {one['p']:.4f}"
            points = f"{sign * one['rank1_difference']:+z.2f} points of rank-1"
            found.append(f"{best} against {other}: {points}, {sure}" + ("" if apart else "; not told apart"))
            if not apart and (needed := sizes_in_words(one.get("probes_for", {}), summary["probes"])):
                found.append(f"  {needed}")
    return found
