"""Options that several commands share."""

import argparse

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import MARK


def add_data(command: argparse.ArgumentParser, required: bool) -> None:
    """The options that name a data set, how its file names are read, and a protocol."""
    command.add_argument("--data", required=required, help="NAME[:ROOT], e.g. synthetic:cuhk03 or cuhk01:/data/cuhk01")
    command.add_argument(
        "--names",
        metavar="RULE",
        help="how the names of files in a folder: tell the camera: none, part:N, part:N:SEPARATOR, or a regular "
        "expression with groups (?P<camera>...) and, if need be, (?P<identity>...); default: found by pattern",
    )
    command.add_argument(
        "--protocol", help="e.g. mtdnet-486, half:0 (evaluate: half:0-9 for ten); default: the data's own"
    )


def data_name(options: argparse.Namespace) -> str:
    """The data set that --data and --names tell, by one name. ReidvizError for a rule with what is no folder."""
    if options.names is None:
        return str(options.data)
    if not options.data.startswith("folder:"):
        raise ReidvizError("--names goes with a folder of images.", "For example: --data folder:/data/mine")
    return f"{options.data}{MARK}{options.names}"
