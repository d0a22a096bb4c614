"""What the readers of image folders share: every file below a root is read, or counted under a reason."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import escape_bytes, printable
from reidviz.common.roots import inside, last
from reidviz.data.dataset import Dataset, Sample, Unread
from reidviz.data.identities import follow_market
from reidviz.data.images.decode import SUFFIXES

FOREIGN_SUFFIXES = (
    ".heic", ".heif", ".jp2", ".j2k", ".jxl", ".ppm", ".pgm", ".pnm", ".tga", ".svg", ".psd", ".dng", ".cr2", ".nef",
    *(() if ".avif" in SUFFIXES else (".avif",)),
)  # fmt: skip
"""How the names of image files end that cannot be read, in small letters."""
METADATA = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin"})
"""What systems leave in folders, beside hidden names: known, and not worth a word."""
MISFIT = "names that do not fit the layout"
NO_IDENTITY = "no identity"
FOREIGN = "images in a format that is not read"
SAME_NAME = "names that as text are those of other files"
MOST_MISFITS = 0.1
"""Share of the images that may not fit before the layout is refused."""
EXAMPLES = 5
MOST_LEVELS = 30
"""Folders within folders that are looked into."""
MOST_FILES = 5_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One file below a root: its name from there with forward slashes, as text, where it lies, and its bytes.

    size is None for a link that leads to nothing, back up or out of the root, for a folder that may not be read, and
    for what is no ordinary file.
    """

    name: str
    where: str
    size: int | None

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self.where)

    @property
    def suffix(self) -> str:
        """How its name ends, in small letters: ".jpg"."""
        return os.path.splitext(self.name)[1].lower()


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, hidden names, metadata and links that lead out of it left out, sorted.

    ReidvizError when it cannot be read.
    """
    return [Path(e.path) for e in _listing(folder) if not _leads_out(e, folder)]


def folders_in(folder: Path) -> list[Path]:
    """The folders that lie in a folder, sorted, without links that lead out of it."""
    return [Path(e.path) for e in _listing(folder) if _is_dir(e) and not _leads_out(e, folder)]


def walk(root: Path) -> Iterator[Entry]:
    """Every file below a folder, sorted by folder and name; links to folders are followed, but not back up nor out of
    it, unless they lead below settings.data_roots(). A folder below it that may not be read is one entry.

    ReidvizError when the folder itself cannot be read, or there are more than MOST_FILES.
    """
    found = os.stat(root)
    for count, entry in enumerate(_walk(root, root, "", ((found.st_dev, found.st_ino),))):
        if count >= MOST_FILES:
            raise ReidvizError(f"There are more than {MOST_FILES:,} files in {last(root)}.", "Name a folder within it.")
        yield entry


def _walk(root: Path, folder: str | Path, prefix: str, above: tuple[tuple[int, int], ...]) -> Iterator[Entry]:
    """above: device and inode of the folder and of those it lies in."""
    below = []
    for entry in _listing(folder):
        name = prefix + escape_bytes(entry.name)
        if _leads_out(entry, root):
            yield Entry(name, entry.path, None)
            continue
        if not _is_dir(entry):
            yield Entry(name, entry.path, _size(entry))
            continue
        found = entry.stat()
        itself = (found.st_dev, found.st_ino)
        if itself in above or len(above) > MOST_LEVELS or not os.access(entry.path, os.R_OK | os.X_OK):
            yield Entry(name, entry.path, None)
        else:
            below.append((entry.path, name, itself))
    for path, name, itself in below:
        yield from _walk(root, path, f"{name}/", (*above, itself))


def _listing(folder: str | Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            kept = [e for e in found if not e.name.startswith(".") and e.name.lower() not in METADATA]
    except OSError as e:
        raise ReidvizError(f"The folder {last(folder)} cannot be read: {e.strerror}.", "Check its permissions.") from e
    return sorted(kept, key=lambda e: e.name)


def _is_dir(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder or a link to one; no where links lead round and round."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _leads_out(entry: os.DirEntry[str], folder: Path) -> bool:
    return entry.is_symlink() and not inside(entry.path, folder)


def _size(entry: os.DirEntry[str]) -> int | None:
    try:
        found = entry.stat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


class Intake:
    """What a reader makes of the files below a root: samples, and those that are none, by reason."""

    def __init__(self) -> None:
        self._samples: list[Sample] = []
        self._sizes: dict[str, int] = {}
        self._unread: dict[str, list[str]] = {}

    def take(self, sample: Sample, size: int) -> None:
        """One more image, and the bytes of its file; it is left where another one has its id already."""
        if sample.id in self._sizes:
            self.leave(SAME_NAME, sample.id)
            return
        self._samples.append(sample)
        self._sizes[sample.id] = size

    def leave(self, reason: str, name: str) -> None:
        """A file that is not in the data set."""
        self._unread.setdefault(reason, []).append(name)

    def offer(self, found: Iterable[Entry], claim: Callable[[Entry], Sample | str]) -> None:
        """Files that a layout's names speak for: claim gives the sample of an image, or why it is none."""
        for entry in found:
            got = unreadable(entry) or claim(entry)
            if isinstance(got, Sample) and entry.size is not None:
                self.take(got, entry.size)
            else:
                self.leave(str(got), entry.name)

    def dataset(self, name: str, expected: str, notes: Iterable[str] = (), market_rules: bool = False) -> Dataset:
        """The samples in the order every data set has, with a digest of the file sizes (bytes) as revision.

        expected says in words what there should be; market_rules: whether the layout always has these; else where
        identities tell so. ReidvizError when there is no image, or when more than a tenth
        of the images do not fit the layout, with examples.
        """
        form, _, root = name.partition(":")
        misfits = [one for reason, names in self._unread.items() if is_misfit(reason) for one in names]
        if len(misfits) > MOST_MISFITS * (len(self._samples) + len(misfits)):
            reasons = "; ".join(sentence(one) for one in self.unread() if is_misfit(one.reason))
            raise ReidvizError(
                f"{len(misfits):,} of {len(self._samples) + len(misfits):,} images in {last(root)} do not fit the "
                f"format {form}: {reasons}.",
                f"There should be {expected}.",
            )
        if not self._samples:
            of = "" if form == "folder" else f" of {form}"
            raise ReidvizError(f"No image{of} was found in {last(root)}.", f"There should be {expected}.")
        ordered = tuple(sorted(self._samples, key=lambda s: (s.identity, s.camera or "", s.id)))
        digest = hashlib.sha256()
        for sample in ordered:
            digest.update(f"{self._sizes[sample.id]}\n".encode())
        return Dataset(
            name=escape_bytes(name),
            samples=ordered,
            revision=digest.hexdigest()[:16],
            unread=self.unread(),
            notes=tuple(notes),
            market_rules=market_rules or follow_market((s.identity, s.split) for s in ordered),
        )

    def unread(self) -> tuple[Unread, ...]:
        """What was left, the most first."""
        found = [Unread(reason, len(names), tuple(names[:EXAMPLES])) for reason, names in self._unread.items()]
        return tuple(sorted(found, key=lambda one: (-one.count, one.reason)))


def unreadable(entry: Entry) -> str:
    """Why a file is no image that can be read, as far as its name tells; "" where it may be one."""
    if entry.size is None:
        return "links that lead nowhere or out of the folder, or what may not be read or is no ordinary file"
    suffix = entry.suffix
    if suffix in SUFFIXES:
        return ""
    if suffix in FOREIGN_SUFFIXES:
        return f"{FOREIGN} ({suffix})"
    return "files of another kind"


def is_misfit(reason: str) -> bool:
    """Whether it tells of an image that should have been read; files of other kinds do not speak against a layout."""
    return reason.startswith((MISFIT, NO_IDENTITY, FOREIGN))


def sentence(one: Unread) -> str:
    """One reason in words: "3 names that do not fit the layout (query/a.jpg, ...)"."""
    examples = ", ".join(printable(name) for name in one.examples[:3]) + (", …" if one.count > 3 else "")
    return f"{one.count:,} × {one.reason} ({examples})"


def unread_line(dataset: Dataset) -> str:
    """What was not read of a data set, in one line; "" where that is nothing."""
    if not dataset.unread:
        return ""
    total = sum(one.count for one in dataset.unread)
    files = "1 file is" if total == 1 else f"{total:,} files are"
    return f"{files} not read: {'; '.join(sentence(one) for one in dataset.unread)}."
