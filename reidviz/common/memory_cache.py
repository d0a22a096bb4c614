"""Values that are dear to make, kept in memory within a bound of bytes, for all threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class MemoryCache(Generic[T]):
    """Of the values that do not fit, those that were asked for longest ago are given up; the last one always stays.

    Whoever holds a value may go on with it after it was given up, and nobody may change one.
    """

    def __init__(self, most_bytes: int, size: Callable[[T], int]) -> None:
        """size: the bytes of a value."""
        self._most, self._size = most_bytes, size
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._making: dict[Hashable, Future[T]] = {}
        self._guard = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key, made where it is not there.

        Threads that want the same one wait for the first of them, and get its error if it raises one.
        """
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
            under_way = self._making.get(key)
            mine: Future[T] = self._making.setdefault(key, Future())
        if under_way is not None:
            return under_way.result()
        try:
            made = make()
        except BaseException as error:
            with self._guard:
                del self._making[key]
            mine.set_exception(error)
            raise
        with self._guard:
            del self._making[key]
            self._kept[key] = made, self._size(made)
            while len(self._kept) > 1 and self.bytes > self._most:
                self._kept.popitem(last=False)
        mine.set_result(made)
        return made

    @property
    def bytes(self) -> int:
        """What the kept values take."""
        return sum(size for _, size in self._kept.values())

    def forget(self, key: Hashable) -> None:
        """Give up one."""
        with self._guard:
            self._kept.pop(key, None)

    def clear(self) -> None:
        """Give up all."""
        with self._guard:
            self._kept.clear()
