"""Searching for a whole folder of probes, in the background: what was found stays, whatever becomes of the rest."""

import shutil
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from reidviz.common import settings
from reidviz.common.errors import ReidvizError, because
from reidviz.common.leftovers import temporary_folder
from reidviz.common.progress import Progress
from reidviz.common.roots import existing_root
from reidviz.data.catalogue.zip_import import import_zip
from reidviz.data.images.encode import data_uri
from reidviz.gallery.named import Unreadable
from reidviz.gallery.page import PROBE_HEIGHT, SearchedProbe
from reidviz.gallery.probes import NamedProbe, ProbeFolder, folder_of_probes
from reidviz.gallery.stages import Depth, search_all
from reidviz.ui.background.jobs import quick_board
from reidviz.ui.search.filters import choose_filter
from reidviz.ui.search.find import choose_how
from reidviz.ui.search.galleries import Searched
from reidviz.ui.session.keys import SEARCH_BATCH, SEARCH_NOT_BEGUN, SEARCH_OPENED, SEARCH_ZIP, UPLOADS_TAKEN, Key
from reidviz.ui.widgets.image_upload import free
from reidviz.ui.widgets.markup import literal
from reidviz.ui.widgets.messages import show_error

MOST_PROBES = 1000
"""Probes of a batch: a session holds the hits of all of them."""
LARGEST_MB = 500
WAYS: Final = ("A folder or list", "A zip")


class Batch:
    """A batch of one session. found: in the order of the names; left_out: probes that could not be read; total: images
    in the folder, 0 before it was read."""

    def __init__(self, searched: Searched, how: Depth) -> None:
        self.key, self.searched, self.how = f"probes {uuid4().hex}", searched, how
        self.found, self.left_out = list[SearchedProbe](), list[Unreadable]()
        self.total = 0
        self._sha256: dict[str, str] = {}
        self._folder: ProbeFolder | None = None
        self._own = ExitStack()
        self.close = weakref.finalize(self, self._own.close)
        """Deletes what was unpacked for it; the end of the session does so too."""

    def probe(self, name: str) -> NamedProbe:
        """One of the probes with its image. ReidvizError where that is gone."""
        if self._folder is None:
            raise ReidvizError("These probes are not read yet.", "Wait a moment.")
        return self._folder.one(name)

    def sha256(self, name: str) -> str:
        """Of the file of one of the probes that were searched for."""
        return self._sha256[name]

    def unpack_below(self, parent: Path) -> Path:
        """A folder that goes when this batch does. ReidvizError where it cannot be made."""
        try:
            return self._own.enter_context(temporary_folder(parent))
        except OSError as error:
            raise ReidvizError(f"The zip could not be kept: {error.strerror}.", "Free some room.") from error

    def run(self, folder: Callable[[Progress], Path], progress: Progress) -> None:
        """Search for them all. ReidvizError where there is no image, or the gallery or its model cannot be read."""
        progress(0, 0, "reading the folder")
        self._folder = folder_of_probes(folder(progress))
        self.total, wanted = len(self._folder), min(len(self._folder), MOST_PROBES)
        place = self.searched
        for probes in self._folder.batches(self._leave, MOST_PROBES):
            progress(len(self.found) + len(self.left_out), wanted, "searching for probes")
            all_found = search_all(probes, place.store, place.ranker, place.images, self.how, self._quiet(progress))
            for probe, found in zip(probes, all_found, strict=True):
                try:
                    self._sha256[probe.name] = self._folder.sha256(probe.name)
                except ReidvizError as error:
                    self._leave(probe.name, because(error))
                    continue
                self.found.append(SearchedProbe(probe.name, (data_uri(probe.images[0], PROBE_HEIGHT),), found, {}))

    def _leave(self, name: str, why: str) -> None:
        self.left_out.append(Unreadable(name, why))

    def _quiet(self, progress: Progress) -> Progress:
        """What a stage tells about itself, as a sign of life: it may be cancelled, the bar stays where it is."""

        def told(done: int, total: int, what: str) -> None:
            progress(len(self.found) + len(self.left_out), min(self.total, MOST_PROBES), "searching for probes")

        return told


def choose_batch(searched: Searched) -> None:
    """Draw where the probes lie, how they are searched for, and the press that begins."""
    if (error := SEARCH_NOT_BEGUN.pop()) is not None:
        show_error(error)
    ways = WAYS[:1] if settings.read_only() else WAYS
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.segmented_control(
            "Probes from", ways, default=ways[0], required=True, key="batch-way", format_func=literal
        )
        source: str | UploadedFile | None
        if way == WAYS[0]:
            source = st.text_input(
                "Folder or list of probes",
                key="batch-folder",
                placeholder="/data/probes",
                help="On the server. Each image is a probe of its own, cropped to a person.",
                width=420,
            ).strip()
        else:
            source = st.file_uploader("A zip of probes", type="zip", key=_upload().name, max_upload_size=LARGEST_MB)
        how = choose_how(searched, choose_filter(searched), True)
        st.button(
            "Search for them all",
            icon=":material/person_search:",
            type="primary",
            key="batch-start",
            disabled=not source,
            on_click=_start,
            args=(searched, source, how),
        )


def _upload() -> Key[UploadedFile]:
    return SEARCH_ZIP.of(str(UPLOADS_TAKEN.get(0)))


def _start(searched: Searched, source: str | UploadedFile, how: Depth) -> None:
    """Search in the background; what is wrong with the folder's name is said at once."""
    batch = Batch(searched, how)
    try:
        folder = partial(_folder, existing_root(source)) if isinstance(source, str) else _kept(batch, source)
    except ReidvizError as error:
        SEARCH_NOT_BEGUN.set(error)
        return
    SEARCH_OPENED.pop()
    SEARCH_BATCH.set(batch)
    quick_board().start(batch.key, partial(batch.run, folder))


def _folder(path: Path, progress: Progress) -> Path:
    return path


def _kept(batch: Batch, file: UploadedFile) -> Callable[[Progress], Path]:
    """The upload on the disk, to be unpacked there; its memory is freed."""
    settings.must_be_writable()
    place = batch.unpack_below(settings.galleries_dir())
    try:
        with open(place / "probes.zip", "xb") as kept:
            shutil.copyfileobj(file, kept)
    except OSError as error:
        raise ReidvizError(f"The zip could not be kept: {error.strerror}.", "Free some room.") from error
    UPLOADS_TAKEN.set(UPLOADS_TAKEN.get(0) + 1)
    free(file)
    return partial(_unpacked, place)


def _unpacked(place: Path, progress: Progress) -> Path:
    found = import_zip(place / "probes.zip", "probes", place, progress)
    (place / "probes.zip").unlink()
    return found
