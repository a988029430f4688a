"""Runs the SDK's calls of the monitor, in order, and remembers who made them.

The SDK hands every call to the event loop's executor. Ours runs them at once, in the caller's thread: a monitor of
plain objects never waits, so threads would cost time and make the order of registrations a matter of luck. Once the
program registers callbacks (transforms) the monitor does wait, for the program's own event loop: then threads are used,
and the order is the one in which the calls were made.
"""

from __future__ import annotations

import concurrent.futures
import functools
import inspect
import itertools
import sys
import threading
from typing import TYPE_CHECKING, Any

from . import placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType

_HERE = threading.local()


class CallSite:
    """Who makes a call: its number, the resource or the result class it concerns, and whether it takes unknowns."""

    def __init__(self, order: int, resource: Any = None, result: Any = None, *, takes_unknown: bool = True) -> None:
        self.order = order
        self.takes_unknown = takes_unknown
        self._resource = resource
        self._result = result

    def computed(self, inputs: Mapping[str, Any]) -> list[str]:
        """Properties that only the provider can fill in: outputs of the resource's class that nobody may set."""
        if self._resource is None:
            return []
        return [name for name in _output_only(self._resource.__class__) if name not in inputs]

    def placeholders(self) -> dict[str, Any]:
        """A stand-in for the result of a call that nobody answers, `{}` when its class is not known."""
        return {} if self._result is None else placeholder.of_type(self._result)


def call_site() -> CallSite:
    """The call that this thread serves."""
    return getattr(_HERE, "site", None) or CallSite(0)


class Executor(concurrent.futures.ThreadPoolExecutor):
    """Calls of the monitor run at once; everything else, and all after the first callback, runs in threads."""

    def __init__(self, workers: int) -> None:
        super().__init__(max_workers=workers)
        self._orders = itertools.count(1)

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        """Run `function`; the future is done already when it was a call of the monitor."""
        if not getattr(function, "__module__", "").startswith("pulumi.runtime"):
            return super().submit(function, *args, **kwargs)
        work = functools.partial(_served, _site(next(self._orders)), function, *args, **kwargs)
        if _has_callbacks():
            return super().submit(work)
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        try:
            future.set_result(work())
        except BaseException as problem:  # noqa: BLE001  (a future carries whatever its function raised)
            future.set_exception(problem)
        return future


def _served(site: CallSite, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    _HERE.site = site
    try:
        return function(*args, **kwargs)
    finally:
        _HERE.site = None


def _has_callbacks() -> bool:
    # The SDK's own setting is a context variable, which tasks that are older than the first callback do not see.
    try:
        from pulumi.runtime._callbacks import _CallbackServicer  # noqa: PLC0415  (only in the program's interpreter)
    except ImportError:
        return True
    return bool(getattr(_CallbackServicer, "_servicers", True))


def _site(order: int) -> CallSite:
    """Look at the SDK's coroutine that makes the call; another version of the SDK may show less."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001  (the only way to see the caller)
    for _ in range(6):
        if frame is None:
            break
        seen = frame.f_locals
        if frame.f_code.co_name == "do_register" and "res" in seen:
            return CallSite(order, resource=seen["res"])
        if frame.f_code.co_name == "do_read" and "res" in seen:
            return CallSite(order, resource=seen["res"])
        if frame.f_code.co_name == "do_invoke" and "typ" in seen:
            return CallSite(order, result=seen["typ"], takes_unknown=bool(seen.get("check_dependencies")))
        frame = frame.f_back
    return CallSite(order)


@functools.cache
def _output_only(kind: Any) -> tuple[str, ...]:
    constructor = getattr(kind, "_internal_init", None)
    if constructor is None:
        return ()
    settable = set(inspect.signature(constructor).parameters)
    getters = {name: value for name, value in vars(kind).items() if isinstance(value, property)}
    names = (getattr(getter.fget, "_pulumi_name", name) for name, getter in getters.items() if name not in settable)
    return tuple(sorted(names))
