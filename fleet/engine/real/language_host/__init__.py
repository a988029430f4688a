"""Stand-in for Pulumi's Python language host, for machines where only the engine itself can be built.

Used only where no `pulumi-language-python` is found. It speaks the `LanguageRuntime` protocol and runs programs,
policy packs, resource plugins and component plugins the way the real host does.
"""

from fleet.engine.real.language_host.interpreter import choose_interpreter
from fleet.engine.real.language_host.server import LanguageHost, serve

__all__ = ["LanguageHost", "choose_interpreter", "serve"]
