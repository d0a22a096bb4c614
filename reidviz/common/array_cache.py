"""Arrays that a cache keeps as .npy files."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt


def kept_array(file: Path, dtype: npt.DTypeLike, mode: Literal["r", "c"] = "r") -> np.memmap[Any, Any] | None:
    """A kept array of that type, memory-mapped for reading; None where there is none that is whole.

    mode  "c": it may be written to, which changes this process's copy only: torch warns of arrays that may not.
    It counts as used now (common.cache). A damaged header can end in almost any exception of numpy's parser. Raises
    OSError of a disk that fails.
    """
    if not file.is_file():
        return None
    with suppress(OSError):
        os.utime(file)
    try:
        found = np.load(file, mmap_mode=mode, allow_pickle=False)
    except OSError:
        raise
    except Exception:
        return None
    return found if isinstance(found, np.memmap) and found.dtype == dtype else None
