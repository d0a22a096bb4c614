"""What is in a gallery, in words."""

from datetime import UTC, datetime

from reidviz.common.printable import printable
from reidviz.gallery.store import Facets

MOST_NAMED = 8


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
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _some(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - MOST_NAMED:,} more" if len(values) > MOST_NAMED else ""
    return ", ".join(printable(one) for one in values[:MOST_NAMED]) + more
