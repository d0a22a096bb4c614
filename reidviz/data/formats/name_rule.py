"""How the camera, and if need be the identity, is told by a file's name: found by pattern, or as the user says."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable

HINT = (
    "Write none, part:N or part:N:SEPARATOR (the N-th part of the file's name, from 1), or a regular expression with "
    "groups (?P<camera>…) and, if need be, (?P<identity>…)."
)
_TOKEN = re.compile(r"(?:^|[_\-. ])(c[0-9]+|cam(?:era)?[_\-. ]?[0-9]+)(?:s[0-9]+)?(?=[_\-. ]|$)", re.IGNORECASE)
_PART = re.compile(r"part:(-?[0-9]{1,2})(?::(.+))?", re.DOTALL)
_NO_CAMERA = re.compile(
    r"[0-9]{5,}|(img|image|frame|person|crop|photo|pic|image|dsc[nf]?|screenshot|snapshot|bbox|det|id|pid)[0-9]*",
    re.IGNORECASE,
)
"""Dates, frame numbers and words that stand for the image itself."""
FEW = 16
"""So many cameras are believed of any data set; more than that only where there are more persons."""
WORTH = 0.1
"""Share of the images that must name a camera for any to be believed."""

Labels = tuple[str | None, str | None]
"""Identity and camera as written, None where the name does not tell."""


@dataclass(frozen=True)
class NoCamera:
    """No name tells a camera."""

    description = "no cameras"

    def labels(self, names: Sequence[str]) -> list[Labels]:
        """None of either for each name."""
        return [(None, None)] * len(names)


@dataclass(frozen=True)
class Token:
    """The camera is a word like c2, cam2 or c2s1 in the file's name."""

    description = "the word like c2 or cam2 in a file's name"

    def labels(self, names: Sequence[str]) -> list[Labels]:
        """The camera of each name: "c2" of "ann/0001_c2s1_3.jpg"."""
        found = (_TOKEN.search(_stem(name)) for name in names)
        return [(None, match[1] if match else None) for match in found]


@dataclass(frozen=True)
class Leading:
    """The camera is what a file's name begins with, up to an underscore; after the identity where that is repeated."""

    after_identity: bool = False

    @property
    def description(self) -> str:
        """In words."""
        return "what a file's name begins with, up to _" + (" (after the identity)" if self.after_identity else "")

    def labels(self, names: Sequence[str]) -> list[Labels]:
        """The camera of each name: "A" of "ann/A_3.jpg"; none where no underscore follows."""
        return [(None, self._camera(name)) for name in names]

    def _camera(self, name: str) -> str | None:
        stem = _stem(name)
        if self.after_identity:
            own = _own_length(name)
            if own == 0:
                return None
            stem = stem[own:]
        camera, underscore, _ = stem.partition("_")
        return camera if underscore and camera else None


def _stem(name: str) -> str:
    """The name of a file without its folders and its suffix."""
    return os.path.splitext(name.rpartition("/")[2])[0]


def _own_length(name: str) -> int:
    """How many characters of a file's name repeat the folder it lies in, as 7 and 0007 do, with what parts them."""
    folder, stem = name.rpartition("/")[0].rpartition("/")[2], _stem(name)
    if stem.startswith(folder) and stem[len(folder) : len(folder) + 1] in ("_", "-", "."):
        return len(folder) + 1
    padded = re.match(r"0*([1-9][0-9]*)[_\-.]", stem)
    return padded.end() if padded and folder.isdigit() and padded[1] == folder.lstrip("0") else 0


@dataclass(frozen=True)
class Part:
    """The camera is one part of the file's name: number counts from 1, or from the end where it is negative."""

    number: int
    separator: str = "_"

    @property
    def description(self) -> str:
        """In words."""
        which = f"part {self.number}" if self.number > 0 else f"part {-self.number} from the end"
        return f"{which} of a file's name, parted by {self.separator!r}"

    def labels(self, names: Sequence[str]) -> list[Labels]:
        """The camera of each name; none where the name has no more parts than that."""
        return [(None, self._camera(_stem(name))) for name in names]

    def _camera(self, stem: str) -> str | None:
        parts = stem.split(self.separator)
        place = self.number - 1 if self.number > 0 else len(parts) + self.number
        return (parts[place] or None) if 0 <= place < len(parts) and len(parts) > 1 else None


@dataclass(frozen=True)
class Pattern:
    """Both are the groups of a regular expression, found anywhere in the path from the data set's folder on.

    It is matched by RE2, whose time does not explode whatever is asked; it knows no look-around.
    """

    expression: str

    @property
    def description(self) -> str:
        """In words."""
        return f"the groups of {self.expression}"

    @property
    def names_identity(self) -> bool:
        """Whether the identity is told by it too; else by the folder."""
        return "(?P<identity>" in self.expression

    def labels(self, names: Sequence[str]) -> list[Labels]:
        """What the groups hold in each path; none where it does not match. ReidvizError where it is no expression."""
        import pyarrow as arrow
        import pyarrow.compute as compute

        try:
            found = compute.extract_regex(arrow.array(list(names), arrow.string()), self.expression).to_pylist()
        except (arrow.ArrowException, ValueError) as error:
            reason = printable(str(error)).rsplit(": ", 1)[-1][:80]
            raise ReidvizError(f"{printable(self.expression)!r} is no regular expression ({reason}).", HINT) from error
        return [((one or {}).get("identity") or None, (one or {}).get("camera") or None) for one in found]


NameRule = NoCamera | Token | Leading | Part | Pattern


def rule_of(written: str) -> NameRule:
    """The rule a user wrote. ReidvizError where it is none."""
    if written == "none":
        return NoCamera()
    if match := _PART.fullmatch(written):
        if int(match[1]) == 0:
            raise ReidvizError("Parts of a name are counted from 1.", HINT)
        return Part(int(match[1]), match[2] or "_")
    groups = re.findall(r"\(\?P<(\w+)>", written)
    if not groups or not set(groups) <= {"identity", "camera"} or len(groups) > len(set(groups)):
        raise ReidvizError(f"{printable(written)!r} is no rule for names.", HINT)
    rule = Pattern(written)
    rule.labels(["a"])
    return rule


def found_rule(names: Sequence[str]) -> NameRule:
    """The rule that most names (IDENTITY/FILE) fit: a word like c2 or cam2, else a leading part (A_1.jpg).

    An identity repeated at the front (0007_A_1.jpg) is no camera, nor are dates, frame numbers, or more different words
    than there are persons. Where less than a tenth of the names tell a camera, none does.
    """
    persons = len({name.rpartition("/")[0] for name in names})
    repeated = sum(_own_length(name) > 0 for name in names) > 0.9 * len(names)
    best: NameRule = NoCamera()
    most = WORTH * len(names)
    for rule in (Token(), Leading(repeated)):
        cameras = [camera for _, camera in rule.labels(names) if camera is not None]
        if len(cameras) > most and _believable(cameras, persons):
            best, most = rule, len(cameras)
    return best


def _believable(cameras: list[str], persons: int) -> bool:
    counts = Counter(cameras)
    others = sum(count for camera, count in counts.items() if _NO_CAMERA.fullmatch(camera))
    return len(counts) <= max(FEW, persons) and others <= len(cameras) / 2
