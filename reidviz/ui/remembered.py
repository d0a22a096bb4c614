"""What the server keeps of computations: each value under a key made of the very arguments it was computed from."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from reidviz.keys import key_of
from reidviz.ui.markup import Markdown

P = ParamSpec("P")
T = TypeVar("T")


def remembered(
    cache: Callable[..., Any], max_entries: int, show_spinner: bool | Markdown = False
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """st.cache_data or st.cache_resource for functions of anything that key_of() can tell apart.

    Streamlit by itself hashes a sample of large arrays, copies dataclasses to hash them, and leaves out arguments whose
    name begins with "_".
    """

    def around(function: Callable[P, T]) -> Callable[P, T]:
        def work(key: str, _function: Callable[[], T]) -> T:
            return _function()

        work.__module__, work.__qualname__ = function.__module__, function.__qualname__
        kept = cache(max_entries=max_entries, show_spinner=show_spinner)(work)

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            found: T = kept(key_of(args, sorted(kwargs.items())), partial(function, *args, **kwargs))
            return found

        return call

    return around
