"""python -m reidviz failures: what the failures of a model have in common."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reidviz.cli.asked import add_models, data_asked, results_asked
from reidviz.cli.options import add_data
from reidviz.cli.progress import ConsoleProgress
from reidviz.common.printable import printable

if TYPE_CHECKING:
    from reidviz.evaluation.failures.lift import Lift


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.description = (
        "Groups the probes that a model misses at rank 1 by what can be measured on images and data, and says which "
        "groups it misses more often than chance explains. Of further models: which of these failures they mend."
    )
    add_data(command, required=True)
    add_models(command)


def run_failures(options: argparse.Namespace) -> None:
    """Print the failure map of the first ranker, and what each other one mends."""
    from reidviz.common.words import text_of
    from reidviz.data.splits.protocols import default_protocol
    from reidviz.evaluation.failures.failure_map import failure_map, mended, missed_alone, missed_by_all
    from reidviz.evaluation.failures.in_words import (
        OVERLAP,
        TESTED,
        UNITS,
        combination_in_words,
        headline,
        mended_in_words,
    )

    dataset = data_asked(options)
    split, results = results_asked(options, dataset, options.protocol or default_protocol(dataset))
    first, progress = results[0], ConsoleProgress()
    found = failure_map(dataset, split, first, progress)
    progress.end()
    print(printable(text_of(headline(found, first.ranker.name))))
    if found.combination:
        print(printable(text_of(combination_in_words(found.combination))))
    if found.lifts:
        print(f"\n{table(found.lifts, 'missed')}\n{OVERLAP} {TESTED} {UNITS}")
    if len(results) > 1:
        alone, by_all = missed_alone(first, results), missed_by_all(results)
        name = printable(first.ranker.name)
        print(f"\nMissed by every model: {int(by_all.sum()):,}; by {name} alone: {int(alone.sum()):,}.")
    for other in results[1:]:
        hit = other.ranking.first == 1
        told = mended(found, hit, dataset.identities[split.probes])
        failures, count = int(found.failed.sum()), int((found.failed & hit).sum())
        print(f"\n{printable(text_of(mended_in_words(first.ranker.name, other.ranker.name, failures, count, told)))}")
        if told:
            print(table(told, "mended"))


def table(told: "Sequence[Lift]", outcome: str) -> str:
    """Lifts as text, a group a line; those that are claimed begin with a star."""
    wide = max(len(printable(one.group.name)) for one in told)
    heads = f"{'probes':>8}{'% of ' + outcome:>13}{'% of all':>10}{'lift':>7}{'95 % interval':>16}{'p':>9}"
    lines = [f"  {'group':<{wide}}{heads}"]
    for one in told:
        name = f"{'*' if one.claimed else ' '} {printable(one.group.name):<{wide}}"
        ends = f"{one.interval.low:.2f} to {one.interval.high:.2f}"
        shares = f"{one.inside:>8,}{one.among_found:>13.1f}{one.among_all:>10.1f}"
        lines.append(f"{name}{shares}{one.lift:>7.2f}{ends:>16}{one.p:>9.4f}")
    return "\n".join(lines)
