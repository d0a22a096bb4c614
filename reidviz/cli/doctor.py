"""python -m reidviz doctor: what is wrong with a data set, and a data set without it."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reidviz.cli.options import add_data, data_name
from reidviz.cli.progress import ConsoleProgress
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import write_json
from reidviz.common.printable import printable
from reidviz.data.dataset import Dataset
from reidviz.data.doctor import Finding, Report, examine
from reidviz.data.formats import excluded as without
from reidviz.data.formats import load
from reidviz.data.formats.reading import unread_line
from reidviz.data.splits.protocols import default_protocol, split

LISTED = 10


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_data(command, required=True)
    command.add_argument("--json", type=Path, help="also write all findings, every file named, to this file")
    command.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="KIND",
        help="leave the images of this kind of finding out, e.g. 'duplicates of one person'; may be repeated",
    )
    command.add_argument("--out", type=Path, help="with --exclude: where to write the data set without them")


def run_doctor(options: argparse.Namespace) -> None:
    """Print the findings, the gravest first, and write what was asked for. The data set's files are never touched."""
    if bool(options.exclude) != bool(options.out):
        raise ReidvizError("--exclude and --out go together.", "For example: --exclude unreadable --out clean.json")
    dataset = load(data_name(options))
    try:
        parts, refused = split(dataset, options.protocol or default_protocol(dataset)), None
    except ReidvizError as error:
        parts, refused = None, error
    progress = ConsoleProgress()
    report = examine(dataset, parts, progress)
    progress.end()
    print(f"{dataset.name}: {report.images:,} images, {len(dataset.persons):,} persons")
    for line in (*dataset.notes, unread_line(dataset)):
        if line:
            print(line)
    if refused is not None:
        print(f"\nerror: no split can be made: {refused}")
    if not report.findings:
        print("Nothing was found wrong.")
    for finding in report.findings:
        print("\n" + label(dataset, finding))
    if options.json:
        write_json(options.json, as_json(dataset, report))
    if options.out:
        out = excluded(report, options.exclude)
        without.write(options.out, dataset, [dataset.samples[i].id for i in out])
        print(f"\n{len(out):,} images left out: use the data set without:{options.out.absolute()}")


def excluded(report: Report, kinds: list[str]) -> list[int]:
    """The images to leave out so that findings of these kinds are mended. ReidvizError for one that was not found."""
    known = report.spare()
    missing = [kind for kind in kinds if kind not in known]
    if missing:
        offered = ", ".join(known) or "none"
        raise ReidvizError(f"No image can be left out for {missing[0]!r}.", f"Kinds that were found: {offered}.")
    return sorted({i for kind in kinds for i in known[kind]})


def label(dataset: Dataset, finding: Finding) -> str:
    """A finding with the first of its files."""
    lines = [f"{finding.severity} ({finding.kind}): {finding.sentence}"]
    for group in finding.groups[:LISTED]:
        lines.append("  " + "  =  ".join(printable(dataset.samples[i].id) for i in group[:LISTED]))
    if len(finding.groups) > LISTED:
        lines.append(f"  … and {len(finding.groups) - LISTED:,} more (--json lists all)")
    return "\n".join(lines)


def as_json(dataset: Dataset, report: Report) -> dict[str, Any]:
    """The report with files by their ids."""
    return {
        "data": dataset.name,
        "data_hash": dataset.manifest_hash,
        "pictures": report.images,
        "findings": [
            asdict(one)
            | {
                "groups": [[dataset.samples[i].id for i in group] for group in one.groups],
                "spare": [dataset.samples[i].id for i in one.spare],
            }
            for one in report.findings
        ],
    }
