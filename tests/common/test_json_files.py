"""JSON from disk at the door: what its type says comes out, or one sentence that names the place."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import Count, Percent, converted, decoded, read_json, write_json


@dataclass(frozen=True)
class Thing:
    name: str
    count: Count
    shares: tuple[Percent, ...] = ()
    state: Literal["new", "old"] = "new"
    where: Path | None = None
    inner: "Thing | None" = None

    def __post_init__(self) -> None:
        if self.count == 13:
            raise ValueError("13 is {not} allowed")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "it is not whole JSON"),
        ('{"name": "a", "coun', "it is not whole JSON"),
        ("[]", "the whole should be a record and is a list"),
        ("{}", "the whole has no name"),
        ('{"name": "a"}', "the whole has no count"),
        ('{"name": 3, "count": 1}', "$.name should be text and is a whole number"),
        ('{"name": "a", "count": 1.5}', "$.count should be a whole number and is a number"),
        ('{"name": "a", "count": true}', "$.count should be a whole number and is true or false"),
        ('{"name": "a", "count": null}', "$.count should be a whole number and is nothing"),
        ('{"name": "a", "count": -1}', "$.count is below 0"),
        ('{"name": "a", "count": 1e999}', "$.count is beyond any number that can be meant"),
        ('{"name": "a", "count": ' + 5000 * "9" + "}", "$.count is beyond any number that can be meant"),
        ('{"name": "a", "count": 1, "shares": [1, 101]}', "$.shares[1] is above 100"),
        ('{"name": "a", "count": 1, "shares": [NaN]}', "a number in it is not finite"),
        ('{"name": "a", "count": 1, "shares": [-Infinity]}', "a number in it is not finite"),
        ('{"name": "a", "count": 1, "state": "{odd}"}', "$.state cannot be '{odd}'"),
        ('{"name": "a", "count": 1, "where": 3}', "$.where should be text and is a whole number"),
        ('{"name": "a", "count": 13}', "13 is {not} allowed"),
        ('{"name": "a", "count": 1, "inner": {"name": "b", "count": 13}}', "in $.inner 13 is {not} allowed"),
        ('{"name": "a", "count": 1, "new": ' + 100_000 * "[" + 100_000 * "]" + "}", "it is nested too deeply"),
        (b'{"name": "\xff", "count": 1}', "it is not UTF-8 text"),
        (b"\xff\xfe{}", "it is not whole JSON"),
        ('{"name": "\\ud800", "count": 1}', "it is not whole JSON"),
    ],
    ids=lambda one: repr(one)[:60],
)
def test_what_is_wrong_is_said_in_words(tmp_path: Path, content: str | bytes, why: str) -> None:
    file = tmp_path / "thing.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ReidvizError) as told:
        read_json(file, Thing, "The thing", 10**6, "Make another.")
    assert told.value.message.startswith(f"The thing is damaged, because {why}")
    assert told.value.hint == "Make another."


def test_what_is_right_is_read_and_what_is_new_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "thing.json"
    file.write_text('{"name": "ä", "count": 2, "shares": [1, 2.5], "where": "/a", "new": [1]}')
    assert read_json(file, Thing, "The thing", 1000) == Thing("ä", 2, (1.0, 2.5), "new", Path("/a"))


def test_no_byte_is_read_of_what_is_no_file_or_too_large(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.truncate(10**12)
    for name, why in (
        ("pipe", "no file"),
        ("folder", "no file"),
        ("sparse", "larger than 100 bytes"),
        ("no", "not th"),
    ):
        with pytest.raises(ReidvizError, match=f"damaged, because it is {why}"):
            read_json(tmp_path / name, Thing, "The thing", 100)
    with pytest.raises(ReidvizError, match="because it is no file"):
        read_json(Path("/dev/zero"), Thing, "The thing", 100)


def test_text_from_the_file_is_short_and_visible_in_the_sentence() -> None:
    with pytest.raises(ReidvizError) as told:
        decoded(('{"name": "a", "count": 1, "state": "' + "\u202e" * 9 + 10_000 * "x" + '"}').encode(), Thing, "It")
    assert len(told.value.message) < 400
    assert told.value.message.isprintable()


def test_what_is_written_is_read_again_and_the_file_is_whole_or_as_before(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_json(file, {"name": "ä", "count": 3})
    with pytest.raises(TypeError):
        write_json(file, {"name": object()})
    assert read_json(file, dict[str, Any], "The file", 100) == {"name": "ä", "count": 3}
    assert list(tmp_path.iterdir()) == [file]


nested: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "count", "inner"]), inner),
    max_leaves=8,
)


def is_a_thing(read: Callable[[], Thing]) -> bool:
    """Whether it is one; that it is none is said as a sentence."""
    try:
        return isinstance(read(), Thing)
    except ReidvizError as error:
        return error.message.startswith("It is damaged, because ")


@given(nested)
def test_any_value_is_a_thing_or_a_sentence(value: object) -> None:
    assert is_a_thing(lambda: converted(value, Thing, "It"))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_thing_or_a_sentence(data: bytes) -> None:
    assert is_a_thing(lambda: decoded(data, Thing, "It"))
