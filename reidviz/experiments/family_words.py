"""A family's result in words and as a table of text, the same in the shell and in the app."""

from collections.abc import Sequence
from typing import Any

from reidviz.evaluation.tables import Cell, Estimate, Table
from reidviz.experiments.family_results import Read, Verdict

COLUMNS = {"rank-1": "1", "rank-5": "5", "rank-10": "10", "rank-20": "20", "mAP": "mAP"}
RULE = (
    "Counted as shown: 95 % over persons leaves 0 out, p < 0.05 (paired permutation over persons of hits averaged over "
    "seeds, Holm for 3 tests), and all seeds agree in sign."
)


def sentences(verdicts: Sequence[Verdict]) -> list[str]:
    """Do both tasks beat one? A sentence for each side."""
    return [_sentence(one) for one in verdicts]


def _sentence(verdict: Verdict) -> str:
    told = verdict.difference
    one, other = _named(verdict.one), _named(verdict.other)
    count = len(told.by_seed)
    spread = f"± {told.deviation:.2f} over {count} seeds" if told.deviation is not None else "one seed"
    sure = (
        f"{told.points:+z.2f} points of rank-1 ({spread}; 95 % over persons {told.interval.low:+z.2f} to "
        f"{told.interval.high:+z.2f}; p = {told.p:.4f})"
    )
    if told.shown:
        answer = f"yes, {one} beats {other}" if told.points > 0 else f"no, {other} beats {one}"
        return f"{verdict.side.capitalize()}: {answer}: {sure}."
    why = _why(verdict)
    return f"{verdict.side.capitalize()}: {one} and {other} are not distinguishable: {sure}; {why}."


def _why(verdict: Verdict) -> str:
    told = verdict.difference
    if len(told.by_seed) < 2:
        return "with one seed the chance between trainings is not known"
    reasons = []
    if not told.interval.leaves_out_0:
        reasons.append("the interval holds 0")
    elif told.p >= 0.05:
        reasons.append("p is not below 0.05")
    if not told.seeds_agree:
        reasons.append("the seeds do not agree in sign")
    return " and ".join(reasons) or "p is not below 0.05"


def _named(read: Read) -> str:
    member, role = read
    return f"{member} ({role})"


def cells(row: dict[str, Any]) -> dict[str, str]:
    """A row of the result as its cells: the mean, ± the deviation over seeds, and for rank-1 and mAP the interval."""
    figures = row["figures"]
    deviations, intervals = figures["deviation"] or {}, figures["interval"]
    return {
        column: figure(figures["mean"][name], deviations.get(name), intervals[name] if name in ("1", "mAP") else None)
        for column, name in COLUMNS.items()
    }


def figure(percent: float, deviation: float | None = None, interval: dict[str, float] | None = None) -> str:
    """A figure, ± its deviation over seeds, and its interval over persons, as far as they are known."""
    spread = "" if deviation is None else f" ± {deviation:.2f}"
    ends = "" if interval is None else f" [{interval['low']:.1f}, {interval['high']:.1f}]"
    return f"{percent:.2f}{spread}{ends}"


def taken_table(result: dict[str, Any]) -> Table:
    """The result as a table to take away: means over seeds with their intervals over persons, and deviations."""
    heads = [head for column in COLUMNS for head in (column, f"{column} deviation over seeds")]
    made: list[tuple[Cell, ...]] = []
    for row in result["rows"]:
        figures, found = row["figures"], list[Cell]()
        for name in COLUMNS.values():
            mean, ends = figures["mean"][name], figures["interval"].get(name)
            found.append(mean if ends is None else Estimate(mean, ends["low"], ends["high"]))
            found.append(None if figures["deviation"] is None else figures["deviation"][name])
        made.append((row["member"], row["role"], *found, row["parameters"], row["steps"], row["seconds"]))
    names = ("variant", "ranks by", *heads, "parameters", "steps", "seconds of training")
    return Table(names, tuple(made), brief=frozenset(COLUMNS) - {"rank-1", "mAP"})


def table(result: dict[str, Any]) -> str:
    """The result as text: the table, what its columns mean, what differs, and the sentences."""
    shown = [
        [
            row["member"],
            row["role"],
            *cells(row).values(),
            f"{row['parameters'] / 1e6:.2f} M",
            f"{row['steps']:,}",
            f"{row['seconds']:.0f} s",
        ]
        for row in result["rows"]
    ]
    head = ["variant", "ranks by", *COLUMNS, "parameters", "steps", "training"]
    widths = [max(len(line[i]) for line in [head, *shown]) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in [head, *shown]]
    notes = {f"{row['member']}: {note}" for row in result["rows"] for note in row["notes"]}
    return "\n".join(
        [
            f"{result['data']}, {', '.join(result['protocols'])}: {result['probes']} probes of "
            f"{result['persons']} persons",
            *lines,
            meaning(result),
            *sorted(notes),
            "",
            "Do both tasks beat one?",
            *result["sentences"],
            RULE,
        ]
    )


def meaning(result: dict[str, Any]) -> str:
    """What the numbers behind a figure are."""
    seeds = result["seeds"]
    spread = f"±: standard deviation over {seeds} seeds; " if seeds > 1 else "One seed: nothing is known of chance; "
    return f"{spread}[ ]: 95 % over persons, of the figures averaged over seeds. Training: mean time of one run."
