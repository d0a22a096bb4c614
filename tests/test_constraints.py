"""The constraints pin every package that comes along."""

import re
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from reidviz.common.settings import PROJECT


def named(file: str) -> dict[str, str]:
    """The pinned versions in a list of requirements."""
    lines = re.findall(r"^([\w.-]+)==(\S+)", (PROJECT / file).read_text(), flags=re.M)
    return {canonicalize_name(name): version for name, version in lines}


def brought_by(names: set[str]) -> set[str]:
    """These packages and all that they need here."""
    found: set[str] = set()
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        if name in found:
            continue
        try:
            needs = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        found.add(name)
        for told in map(Requirement, needs):
            if told.marker is None or told.marker.evaluate({"extra": ""}):
                ahead.append(canonicalize_name(told.name))
    return found


def test_every_package_that_comes_along_is_pinned() -> None:
    pinned, asked = named("constraints.txt"), dict[str, str]()
    for file in PROJECT.glob("requirements*.txt"):
        asked |= named(file.name)
    assert brought_by(set(asked)) <= set(pinned)
    assert asked == {name: pinned[name] for name in asked}
