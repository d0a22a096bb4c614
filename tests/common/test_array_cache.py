"""Arrays of a cache: whole ones of the right type are mapped, all others are none."""

from pathlib import Path

import numpy as np
import pytest

from reidviz.common.array_cache import kept_array


def test_a_whole_array_is_mapped(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.save(tmp_path / "a.npy", array)
    found = kept_array(tmp_path / "a.npy", np.float32)
    assert isinstance(found, np.memmap)
    assert (found == array).all()
    assert kept_array(tmp_path / "a.npy", np.float64) is None
    assert kept_array(tmp_path / "none.npy", np.float32) is None
    assert kept_array(tmp_path, np.float32) is None


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"PK\5\6" + 18 * b"\0", b"\x80\4N.", b"\x93NUMPY\1\0", b"{}"])
def test_what_is_no_array_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.npy").write_bytes(content)
    assert kept_array(tmp_path / "a.npy", np.float32) is None


def test_any_damage_to_the_header_gives_none_or_an_array_that_is_there(tmp_path: Path) -> None:
    file, rng = tmp_path / "a.npy", np.random.default_rng(0)
    np.save(file, np.zeros((2, 3), dtype=np.float32))
    whole = file.read_bytes()
    for _ in range(500):
        data = bytearray(whole)
        for place in rng.integers(0, 80, 2):
            data[place] = rng.choice([rng.integers(256), *b"0189([{'\",:"])
        file.write_bytes(data)
        found = kept_array(file, np.float32)
        assert found is None or found.nbytes <= len(whole)
