"""Names of files and data sets as text that can be shown."""

from collections.abc import Sequence
from pathlib import PurePath

from reidviz.common import settings

MARK = "#names="
"""What stands between a folder and the rule for its files' names in the name of a data set."""


def escape_bytes(name: str) -> str:
    """The name with the bytes that are not UTF-8 escaped, so that it can be printed and hashed."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def printable(name: str) -> str:
    """The name for a message: line breaks, direction marks and other invisible characters become U+FFFD."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in escape_bytes(name))


def spreadsheet_cell(text: str) -> str:
    """The text as a cell of a CSV that no spreadsheet takes for a formula."""
    formula = text.startswith(("=", "+", "-", "@", "\t", "\r")) and not text.lstrip("-").isdecimal()
    return f"'{text}" if formula else text


def exact_cell(text: str) -> str:
    """spreadsheet_cell() that can be undone: a text that begins with an apostrophe gets another one."""
    return f"'{text}" if text.startswith("'") else spreadsheet_cell(text)


def text_of_cell(cell: str) -> str:
    """The text that exact_cell() made a cell of."""
    plain = cell.removeprefix("'")
    return plain if exact_cell(plain) == cell else cell


def titles(specs: Sequence[str]) -> dict[str, str]:
    """Short names of data sets by their names, a number behind those that would be alike."""
    found: dict[str, str] = {}
    for spec in dict.fromkeys(specs):
        title, number = short(spec), 1
        while title in found.values():
            number += 1
            title = f"{short(spec)} ({number})"
        found[spec] = title
    return found


def short(spec: str) -> str:
    """The name of a data set without where it lies on this machine: "folder:mine" of "folder:/data/mine".

    One that was imported goes by the name it was given, whatever the folders within are called.
    """
    form, _, root = spec.partition(":")
    path, mark, rule = root.partition(MARK)
    if "/" not in path:
        return printable(spec)
    folder, imports = PurePath(path), settings.data_dir()
    name = folder.relative_to(imports).parts[0] if imports in folder.parents else folder.name
    return printable(form if name.lower() == form else f"{form}:{name}{mark}{rule}")
