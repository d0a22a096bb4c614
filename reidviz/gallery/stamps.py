"""What tells an image of a gallery from what stood in its place before."""

import hashlib
import os

from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.images.decode import contents, decode, load_image
from reidviz.data.keys import key_of
from reidviz.gallery.sources import entry_of


def read_image(dataset: Dataset, position: int) -> tuple[Image.Image, str]:
    """The image at a position of the data set in full size, and its stamp: that of the very bytes that were decoded,
    whatever takes their place meanwhile. ReidvizError where it cannot be read."""
    sample = dataset.samples[position]
    if dataset.draw is not None:
        return load_image(dataset, position), _drawn(dataset, sample)
    written = _seen(sample).st_mtime_ns
    data = contents(sample.path, sample.id)
    return decode(data, sample.id), _stamp(sample, data, written)


def stamp_of(dataset: Dataset, sample: Sample) -> str:
    """Bytes, time of writing and sha256 of an image's file, and what is known of it. ReidvizError where the file cannot
    be read."""
    if dataset.draw is not None:
        return _drawn(dataset, sample)
    written = _seen(sample).st_mtime_ns
    return _stamp(sample, contents(sample.path, sample.id), written)


def present_stamp(dataset: Dataset, sample: Sample, stamp: str) -> str:
    """The stamp that an image has now, another where its file was only touched; "" where it is not the image that had
    this stamp. Its file is read only where it was written since."""
    if dataset.draw is not None:
        return stamp if stamp == _drawn(dataset, sample) else ""
    size, written, digest, labels = stamp.split(" ") if stamp.count(" ") == 3 else [""] * 4
    try:
        seen = _seen(sample)
        if (str(seen.st_size), _labels(sample)) != (size, labels):
            return ""
        if str(seen.st_mtime_ns) == written:
            return stamp
        now = stamp_of(dataset, sample)
    except ReidvizError:
        return ""
    return now if now.split(" ")[2:] == [digest, labels] else ""


def _drawn(dataset: Dataset, sample: Sample) -> str:
    return f"drawn {_labels(sample, dataset.revision)}"


def _stamp(sample: Sample, data: bytes, written: int) -> str:
    return f"{len(data)} {written} {hashlib.sha256(data).hexdigest()[:16]} {_labels(sample)}"


def _labels(sample: Sample, revision: str = "") -> str:
    return key_of(revision, entry_of(sample))[:8]


def _seen(sample: Sample) -> os.stat_result:
    try:
        return sample.path.stat()
    except OSError as error:
        raise ReidvizError(f"The file {printable(sample.id)} cannot be read.", "It may have been moved.") from error
