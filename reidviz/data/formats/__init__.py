"""One reader a data set, found by name."""

from reidviz.data.dataset import Dataset
from reidviz.data.names import shown
from reidviz.errors import ReidvizError

FORMATS = ("synthetic", "cuhk01", "cuhk03", "cuhk03-pair", "folder")

_HINT = "Write synthetic:cuhk03, cuhk01:/path, cuhk03-pair:/path, folder:/path or folder:/path/list.csv."


def load(spec: str) -> Dataset:
    """The data set that NAME[:ROOT] names, e.g. "synthetic:cuhk03", "cuhk01:/path", "folder:/path/list.csv".

    ReidvizError when the name is unknown, the root is missing or no picture is found.
    """
    name, _, root = spec.strip().partition(":")
    name = name.lower()
    if name == "synthetic":
        from reidviz.data.formats import synthetic

        return synthetic.read(root or "cuhk03")
    if name not in FORMATS:
        raise ReidvizError(f"There is no data set format {shown(name)!r}.", _HINT)
    if not root:
        raise ReidvizError(f"The data set {name} needs the folder it lies in.", _HINT)
    if name == "cuhk01":
        from reidviz.data.formats import cuhk01

        return cuhk01.read(root)
    if name in ("cuhk03", "cuhk03-pair"):
        from reidviz.data.formats import cuhk03

        return cuhk03.read(root)
    from reidviz.data.formats import folder

    return folder.read(root)
