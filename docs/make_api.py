"""Writes docs/api.md from the docstrings of what `import reidviz` offers: python -m docs.make_api"""

import inspect
import re
from pathlib import Path

import reidviz
import reidviz.api

PAGE = Path(__file__).with_name("api.md")
HEAD = """\
# Python API

The same things as the app, from a notebook or a script:
[examples/compare_models.py](../examples/compare_models.py) uses all of it on built-in data.
`python -m docs.make_api` makes this page from the docstrings; what is typed into it is lost.

```python
import reidviz

data = reidviz.load_dataset("synthetic:viper")
both, ranking = reidviz.load_model("mtdnet"), reidviz.load_model("mtdnet-rnk")

found = reidviz.evaluate(both, data, score="ranking")
print(found.rank1, found.intervals["rank-1"], found.mean_ap)

comparison = reidviz.compare([both, ranking], data)
print(comparison.verdict)
comparison.cmc_figure().show()

reidviz.embed(both, data, found.split.probes).map_figure().show()
```

Letters in shapes: P probes, G gallery images, N images, D numbers of a feature. Figures are Plotly's; the functions
that draw from bare arrays are in `reidviz/figures/`.
"""

NAMES = {
    "Callable[[int, int, str], None]": "Progress",
    'Literal["ranking", "classifier", "fused", "given"]': "Score",
    "ndarray[tuple[Any, ...], dtype[int64]]": "IntArray",
    "ndarray[tuple[Any, ...], dtype[float32]]": "Float32Array",
    "Optional[Score]": "Score | None",
}
"""How types are called that have a name of their own."""


def page() -> str:
    """The whole page."""
    offered = {name: getattr(reidviz, name) for name in reidviz.__all__}
    functions = {name: one for name, one in offered.items() if inspect.isfunction(one)}
    classes = {name: one for name, one in offered.items() if inspect.isclass(one)}
    parts = [HEAD, inspect.getdoc(reidviz.api) or "", "## Functions"]
    for name, function in functions.items():
        parts += [f"### `{name}`", *_described(f"reidviz.{name}", function)]
    parts.append("## Results")
    for name, one in classes.items():
        parts += [f"### `{name}`", _text(one)]
        for member, what in _members(one):
            if isinstance(what, property) or not callable(what):
                parts += [f"**`.{member}`**: {_text(what)}"]
            else:
                parts += _described(f".{member}", what)
    return "\n\n".join(parts).replace("\n\n\n", "\n\n") + "\n"


def _described(name: str, function: object) -> list[str]:
    return [f"```python\n{_signature(name, function)}\n```", _text(function)]


def _signature(name: str, function: object) -> str:
    """One line, or an argument a line where it is long; without self."""
    found = inspect.signature(function)  # type: ignore[arg-type]
    arguments = [_plain(str(one)) for one in found.parameters.values() if one.name != "self"]
    returned = _plain(inspect.formatannotation(found.return_annotation).strip("'"))
    line = f"{name}({', '.join(arguments)}) -> {returned}"
    if len(line) <= 100:
        return line
    return f"{name}(\n" + "".join(f"    {one},\n" for one in arguments) + f") -> {returned}"


def _plain(annotation: str) -> str:
    """Names of types without the modules they are from; those of arrays by what they hold."""
    annotation = re.sub(r"<function (\w+) at 0x\w+>", r"\1", annotation)
    annotation = re.sub(r"\b(?:\w+\.)+(?=[A-Za-z]\w*)", "", annotation).replace("'", '"')
    for long, short in NAMES.items():
        annotation = annotation.replace(long, short)
    return annotation


def _members(one: type) -> list[tuple[str, object]]:
    """Public properties and methods, in the order they were written."""
    return [(name, what) for name, what in vars(one).items() if not name.startswith("_") and _text(what)]


def _text(one: object) -> str:
    """A docstring as Markdown: what stands indented or in two columns becomes a list."""
    if not (callable(one) or isinstance(one, property) or hasattr(one, "func")):
        return ""
    lines, found = (inspect.getdoc(one) or "").splitlines(), []
    for line in lines:
        if column := re.fullmatch(r"(\w[\w, ]*?)  +(\S.*)", line):
            found.append(f"* `{column[1]}`: {column[2]}")
        elif line.startswith(" ") and found:
            found[-1] += f" {line.strip()}"
        else:
            found.append(line)
    return re.sub(r"((?:^\* .*\n?)+)", r"\n\1\n", "\n".join(found), flags=re.M).strip()


if __name__ == "__main__":
    PAGE.write_text(page())
