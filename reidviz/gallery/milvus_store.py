"""Features in Milvus, by URI: a local file (Milvus Lite) or a cluster, the same client and code.

What is compared for equality - ids, cameras, values of columns - is kept as digests too, so nothing foreign ever stands
in an expression. An index other than FLAT, which whoever runs the cluster may choose, finds most of the nearest entries
and not all: no CMC is computed from here.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec
import numpy as np

from reidviz.common.arrays import Float32Array
from reidviz.common.errors import ReidvizError
from reidviz.common.extras import require_extra
from reidviz.common.json_files import converted
from reidviz.common.printable import printable
from reidviz.gallery.store import EVERYTHING, MOST_VALUES, Distance, Entry, Facets, Filter, Hits

T = TypeVar("T")
AT_ONCE = 1000
"""Rows of one request."""
MOST_HITS = 16_384
DIGITS = 32
"""Hex digits of a digest."""
MOST_COLUMNS = 255
"""Further columns of an entry."""
Row = dict[str, Any]


class MilvusStore:
    """A FeatureStore that is one collection."""

    def __init__(self, uri: str, collection: str, dimensions: int, distance: Distance = "cosine") -> None:
        """ReidvizError where the client is not installed, or nobody answers at the URI."""
        require_extra("cluster")
        from pymilvus import MilvusClient

        self._uri, self._collection, self.dimensions = uri, collection, dimensions
        self.distance = distance
        self._client = self._asked(lambda: MilvusClient(uri=uri))
        if not self._asked(lambda: self._client.has_collection(collection)):
            self._asked(self._create)
        self._asked(lambda: self._client.load_collection(collection))

    def add(self, entries: Sequence[Entry], features: Float32Array) -> None:
        """As FeatureStore says."""
        last = {entry.id: row for row, entry in enumerate(entries)}
        rows = [_row(entries[i], features[i]) for i in sorted(last.values())]
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            self._asked(lambda part=part: self._client.upsert(self._collection, part))  # type: ignore[misc]

    def remove(self, ids: Iterable[str]) -> None:
        """As FeatureStore says."""
        gone = [_digest(one) for one in ids]
        for start in range(0, len(gone), AT_ONCE):
            part = gone[start : start + AT_ONCE]
            self._asked(lambda part=part: self._client.delete(self._collection, ids=part))  # type: ignore[misc]

    def search(self, features: Float32Array, k: int, only: Filter = EVERYTHING) -> Hits:
        """As FeatureStore says; MOST_HITS at most."""
        found = min(k, self.count(only), MOST_HITS)
        if not found or not len(features):
            return Hits(np.empty((len(features), 0), dtype=object), np.empty((len(features), 0), dtype=np.float32))
        hits = self._asked(
            lambda: self._client.search(
                self._collection,
                data=np.asarray(features, dtype=np.float32).tolist(),
                limit=found,
                filter=_expression(only),
                output_fields=["entry"],
                consistency_level="Strong",
            )
        )
        ids = np.array([[hit["entity"]["entry"]["id"] for hit in row] for row in hits], dtype=object)
        told = np.array([[hit["distance"] for hit in row] for row in hits], dtype=np.float32)
        return Hits(ids, np.maximum(2 - 2 * told if self.distance == "cosine" else told, 0))

    def count(self, only: Filter = EVERYTHING) -> int:
        """As FeatureStore says."""
        (found,) = self._asked(
            lambda: list(
                self._client.query(
                    self._collection,
                    filter=_expression(only),
                    output_fields=["count(*)"],
                    consistency_level="Strong",
                )
            )
        )
        return int(found["count(*)"])

    def entries(self, ids: Sequence[str]) -> list[Entry]:
        """As FeatureStore says."""
        found = self._by_id(ids, "entry")
        return [_entry(found[one]) for one in ids]

    def features(self, ids: Sequence[str]) -> Float32Array:
        """As FeatureStore says."""
        found = self._by_id(ids, "feature")
        return np.array([found[one] for one in ids], dtype=np.float32).reshape(-1, self.dimensions)

    def stamps(self) -> dict[str, str]:
        """As FeatureStore says."""
        return {entry.id: entry.stamp for entry in self._all()}

    def facets(self) -> Facets:
        """As FeatureStore says."""
        entries = self._all()
        times = [entry.time for entry in entries if entry.time is not None]
        values: dict[str, set[str]] = {}
        for entry in entries:
            for name, value in entry.values:
                values.setdefault(name, set()).add(value)
        return Facets(
            tuple(sorted({entry.camera for entry in entries} - {""})),
            min(times, default=None),
            max(times, default=None),
            tuple((name, tuple(sorted(some)[:MOST_VALUES])) for name, some in values.items()),
        )

    def drop(self) -> None:
        """Delete the collection."""
        self._asked(lambda: self._client.drop_collection(self._collection))

    def _create(self) -> None:
        from pymilvus import DataType

        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.VARCHAR, max_length=DIGITS, is_primary=True)
        schema.add_field("time", DataType.DOUBLE, nullable=True)
        schema.add_field(
            "marks", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=1 + MOST_COLUMNS, max_length=DIGITS
        )
        schema.add_field("entry", DataType.JSON)
        schema.add_field("feature", DataType.FLOAT_VECTOR, dim=self.dimensions)
        index = self._client.prepare_index_params()
        metric = "IP" if self.distance == "cosine" else "L2"
        index.add_index("feature", index_type="FLAT", metric_type=metric)
        self._client.create_collection(self._collection, schema=schema, index_params=index, consistency_level="Strong")

    def _by_id(self, ids: Sequence[str], field: str) -> dict[str, Any]:
        """One field of some entries. KeyError comes of looking for one that is not there."""
        keys, found = {_digest(one): one for one in ids}, dict[str, Any]()
        wanted = list(keys)
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            rows = self._asked(lambda part=part: self._client.get(self._collection, part, ["key", field]))  # type: ignore[misc]
            found |= {keys[row["key"]]: row[field] for row in rows}
        return found

    def _all(self) -> list[Entry]:
        """Every entry."""

        def read() -> list[Entry]:
            found, entries = self._client.query_iterator(self._collection, AT_ONCE, output_fields=["entry"]), []
            while rows := found.next():
                entries += [_entry(row["entry"]) for row in rows]
            found.close()
            return entries

        return self._asked(read)

    def _asked(self, ask: Callable[[], T]) -> T:
        from pymilvus.exceptions import MilvusException

        try:
            return ask()
        except MilvusException as error:
            hint = "Check its URI, and whether it runs."
            if "://" not in self._uri:
                hint = "A file is open to one process at a time: close the other, or let a server keep the features."
            raise ReidvizError(f"Milvus did not do it: {printable(str(error.message))[:160]}.", hint) from error


def _expression(only: Filter) -> str:
    """A filter as Milvus takes it: of numbers and digests only."""
    parts = []
    if only.cameras is not None:
        wanted = ", ".join(f'"{_digest("camera", one)}"' for one in only.cameras)
        parts.append(f"array_contains_any(marks, [{wanted}])" if wanted else 'key == ""')
    if only.since is not None:
        parts.append(f"time >= {float(only.since)!r}")
    if only.until is not None:
        parts.append(f"time <= {float(only.until)!r}")
    parts += [f'array_contains(marks, "{_digest("column", name, value)}")' for name, value in only.equal]
    return " and ".join(parts)


def _digest(*texts: str) -> str:
    """Hex digits that tell texts from others."""
    return hashlib.sha256(msgspec.json.encode(texts)).hexdigest()[:DIGITS]


def _row(entry: Entry, feature: Float32Array) -> Row:
    marks = [_digest("camera", entry.camera), *(_digest("column", *one) for one in entry.values)]
    return {
        "key": _digest(entry.id),
        "time": entry.time,
        "marks": marks,
        "entry": msgspec.to_builtins(entry),
        "feature": feature.astype(np.float32).tolist(),
    }


def _entry(kept: object) -> Entry:
    return converted(kept, Entry, "An entry of this gallery")
