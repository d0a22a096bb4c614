"""What is in a gallery and what was found in it, in words and as tables."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from reidviz.common.printable import printable, spreadsheet_cell
from reidviz.common.words import Strong, Words
from reidviz.evaluation.scores import score_text
from reidviz.gallery.search import Found
from reidviz.gallery.store import Entry, Facets

MOST_NAMED = 8
FIRST, LAST = -62_135_596_800, 253_402_300_799
"""The years 1 to 9999 in seconds since 1970."""


def facets_lines(facets: Facets) -> list[str]:
    """Cameras, times and further columns, a line each."""
    lines = [f"cameras: {_some(facets.cameras)}" if facets.cameras else "cameras: not known"]
    if facets.first is None or facets.last is None:
        lines.append("times: not known")
    else:
        lines.append(f"times: {moment(facets.first)} to {moment(facets.last)}")
    return lines + [f"{printable(name)}: {_some(values)}" for name, values in facets.values]


def moment(seconds: float) -> str:
    """A time, in UTC: "2024-01-31 23:59:59"."""
    return date_of(seconds).isoformat(" ", "seconds")


def date_of(seconds: float) -> datetime:
    """The date and time of day in UTC, without saying so, of seconds since 1970; where no calendar has these, the
    first or the last that one has."""
    return datetime.fromtimestamp(min(max(seconds, FIRST), LAST), UTC).replace(tzinfo=None)


def _some(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - MOST_NAMED:,} more" if len(values) > MOST_NAMED else ""
    return ", ".join(printable(one) for one in values[:MOST_NAMED]) + more


def verdict(found: Found) -> Words:
    """Whether the person of a probe was seen, as far as a threshold can tell: a sentence or two."""
    if not found.hits:
        return (_nothing(found),)
    among = _among(found)
    if found.threshold is None or found.matches is None:
        nearest = score_text("distance", found.nearest)
        return (
            f"The nearest of {found.searched:,} {_images(found.searched)} is at {nearest}. ",
            "Whether it is the same person has to be judged by eye: this model has no calibrated threshold.",
        )
    rate = found.threshold.false_match_rate
    at, on = score_text(found.kind, found.threshold.value), printable(found.threshold.measured_on)
    how = (
        f" at the threshold {at}. It takes {100 * rate:.2f} % of the pairs of different persons for one ({on}), so "
        f"about {rate * found.judged:,.1f} false matches are to be expected among {among}."
    )
    if not found.matches:
        none = "no image" if found.judged == found.searched else f"none of {among}"
        return (Strong("Probably absent"), f": {none} is taken for this person", how)
    which = f": {matches_among(found)} {_were(found.matches)} taken for this person"
    return (Strong("Probably seen"), which, how)


def matches_among(found: Found) -> str:
    """How many entries are taken for the probe's person by a threshold, which there has to be: "at least 40 of the
    first 40 images that were looked at again"."""
    return f"{'at least ' if found.at_least else ''}{found.matches:,} of {_among(found)}"


def _among(found: Found) -> str:
    """The entries that a threshold can judge."""
    count = found.judged
    if count == found.searched:
        return f"{count:,} {_images(count)}"
    return f"the first {count:,} {_images(count)} that {'was' if count == 1 else 'were'} looked at again"


def _images(count: int) -> str:
    return "image" if count == 1 else "images"


def _nothing(found: Found) -> str:
    if found.narrowed:
        return "No image that the probe could be compared with passes these filters."
    return "There is no image in this gallery that the probe could be compared with."


def verdict_on_all(found: Sequence[Found]) -> Words:
    """Of how many probes the person was seen, as far as a threshold can tell; found: one each, by the same model."""
    if not found:
        return ("No probe was searched for.",)
    first, count = max(found, key=lambda one: one.looked), f"{len(found):,} probe{'' if len(found) == 1 else 's'}"
    if not first.searched:
        return (_nothing(first),)
    if first.threshold is None:
        nearest = sorted(one.nearest for one in found if one.hits)
        ends = " to ".join(score_text("distance", one) for one in (nearest[0], nearest[-1])) if nearest else "nowhere"
        return (
            f"The nearest of {first.searched:,} images to each of {count} is at {ends}. ",
            "Whether it is the same person has to be judged by eye: this model has no calibrated threshold.",
        )
    seen, rate = sum(bool(one.matches) for one in found), first.threshold.false_match_rate
    how = (
        f" at the threshold {score_text(first.kind, first.threshold.value)}. It takes {100 * rate:.2f} % of the pairs "
        f"of different persons for one ({printable(first.threshold.measured_on)}), so about "
        f"{rate * first.judged:,.1f} false matches are to be expected for each probe among "
        f"{_among(first)}."
    )
    absent = len(found) - seen
    told = (f"Of {count}, {seen:,} {_were(seen)} ", Strong("probably seen"), f" and {absent:,} {_were(absent)} ")
    return (*told, Strong("probably absent"), how)


def _were(count: int) -> str:
    return "is" if count == 1 else "are"


def hits_table(found: Found, probe: str, marks: Mapping[str, str] = MappingProxyType({})) -> list[list[str]]:
    """A line a hit, with the columns of HEADER. marks: how a person judged entries, by id. Text that comes from outside
    is written so that no spreadsheet takes it for a formula."""
    table = []
    for hit in found.hits:
        entry = hit.entry
        values = "; ".join(f"{name}={value}" for name, value in entry.values)
        texts = [spreadsheet_cell(one) for one in (probe, entry.id, entry.camera, marks.get(entry.id, ""), values)]
        later = ["" if one is None else f"{one:.6f}" for one in (hit.reranked, hit.score)]
        numbers = [str(hit.rank), time_of(entry), f"{hit.distance:.6f}", *later, MATCHES[found.is_match(hit)]]
        table.append([texts[0], numbers[0], *texts[1:3], *numbers[1:], *texts[3:]])
    return table


def time_of(entry: Entry) -> str:
    """When an image was taken, "" where that is not known."""
    return "" if entry.time is None else moment(entry.time)


MATCHES = {True: "match", False: "no match", None: ""}
"""What a threshold makes of a hit."""
HEADER = ["probe", "rank", "image", "camera", "time", "squared distance", "re-ranked distance", "second score"]
HEADER += ["threshold", "mark", "values"]


def csv_of(tables: Iterable[list[list[str]]]) -> bytes:
    """Tables of hits as one CSV."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(HEADER)
    for table in tables:
        writer.writerows(table)
    return made.getvalue().encode()
