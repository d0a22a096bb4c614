"""python -m reidviz settings: every setting of a recipe, as docs/settings.md has it."""

import argparse
import textwrap
from typing import get_args

from reidviz.training.recipe import GROUPS, SETTINGS, Recipe, type_of, value_of
from reidviz.training.recipes import RECIPES

HEAD = """# Settings of a training

What `python -m reidviz settings` prints. `train --set NAME=VALUE` changes one; on the Train page they stand under
*All settings*. A training starts from a recipe:
"""


def add_options(command: argparse.ArgumentParser) -> None:
    """The command has none."""


def run_settings(options: argparse.Namespace) -> None:
    """Print the page."""
    print(settings_page(), end="")


def settings_page() -> str:
    """Every setting in Markdown, in groups, with its value in each recipe."""
    recipes = {name: make() for name, make in RECIPES.items()}
    lines = [HEAD, *(_wrapped(f"* **{name}**: {make.__doc__}") for name, make in RECIPES.items())]
    for group in GROUPS:
        lines += ["", f"## {group}", "", f"| setting | {' | '.join(recipes)} | possible | what it is |"]
        lines.append("|---|" + "---|" * len(recipes) + "---|---|")
        lines += [_row(name, list(recipes.values())) for name, one in SETTINGS.items() if one.group == group]
    return "\n".join(lines) + "\n"


def settings_help() -> str:
    """The same in short, for the help of a command."""
    lines = ["settings of a recipe, for --set (python -m reidviz settings tells more):"]
    for group in GROUPS:
        lines.append(f"\n  {group}")
        lines += [f"    {name:28} {_possible(name)}" for name, one in SETTINGS.items() if one.group == group]
    return "\n".join(lines)


def _wrapped(item: str) -> str:
    """An item of a list in lines as wide as the other documents'."""
    return textwrap.fill(" ".join(item.split()), 120, subsequent_indent="  ", break_on_hyphens=False)


def _row(name: str, recipes: list[Recipe]) -> str:
    values = " | ".join(_written(value_of(recipe, name)) for recipe in recipes)
    one = SETTINGS[name]
    return f"| `{name}` | {values} | {_possible(name)} | **{one.label}.** {one.meaning} |"


def _possible(name: str) -> str:
    if options := get_args(type_of(name)):
        return " or ".join(map(str, options))
    return "true or false" if type_of(name) is bool else SETTINGS[name].range


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
