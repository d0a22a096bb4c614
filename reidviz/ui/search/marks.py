"""Hits that were accepted or rejected, kept under the annotator's name as marks on pairs are."""

from collections.abc import Sequence
from typing import Literal

from reidviz.common.errors import ReidvizError
from reidviz.data.keys import key_of
from reidviz.marks.mark import Answer, Mark
from reidviz.marks.mark_file import MarkFile, gallery_mark_file
from reidviz.ui.marks.annotator import BY_KEY, annotator, keep_mark, take_back
from reidviz.ui.search.galleries import Searched
from reidviz.ui.session.keys import MARK_ERROR
from reidviz.ui.widgets.messages import show_error

Said = Literal["accepted", "rejected"]
ANSWERS: dict[Said, Answer] = {"accepted": "same", "rejected": "different"}
WORDS: dict[Answer, Said] = {answer: word for word, answer in ANSWERS.items()}


def key_of_probe(images: Sequence[str]) -> str:
    """What marks know a probe by, of the keys of its images: those of files tell what these hold, so that one which is
    uploaded again, or lies in a folder of probes, is the same probe."""
    return key_of(list(images))


def marked_hits(searched: Searched) -> dict[str, dict[str, Said]]:
    """How this session's annotator marked hits: by the key of the probe, then by the id of the entry."""
    try:
        marks = _file(searched).read().marks.values()
    except ReidvizError as error:
        show_error(error)
        return {}
    found: dict[str, dict[str, Said]] = {}
    for mark in marks:
        of_probe = found.setdefault(mark.first, {})
        of_probe.pop(mark.second, None)
        if mark.answer in WORDS:
            of_probe[mark.second] = WORDS[mark.answer]
    return found


def click_hit(searched: Searched, probe: str, id: str, said: Said) -> None:
    """Keep what was said of an entry; the same once more takes it back. To be called in a callback."""
    again = marked_hits(searched).get(probe, {}).get(id) == said
    _keep(searched, Mark(probe, id, "skip" if again else ANSWERS[said]))


def press_hit(searched: Searched, probe: str, id: str, key: str) -> None:
    """What a key does with an entry: a accepts, x rejects, s takes the mark away, u undoes the last of all."""
    _keep(searched, None if key == "u" else Mark(probe, id, BY_KEY[key]))


def _keep(searched: Searched, mark: Mark | None) -> None:
    try:
        file = _file(searched)
        if mark is None:
            take_back(file)
        else:
            keep_mark(file, mark)
    except ReidvizError as error:
        MARK_ERROR.set(error)


def _file(searched: Searched) -> MarkFile:
    return gallery_mark_file(searched.gallery.name, searched.gallery.created, annotator())
