"""The folder is the registry: a public module of a package is a choice, its file name the name."""

import importlib
import inspect
import pkgutil
from typing import Any, TypeVar

T = TypeVar("T")


def discover(package: str, base: type[T]) -> dict[str, type[T]]:
    """Map the public modules of `package` to the one subclass of `base` each of them defines.

    Args:
        package: Dotted name, for example `"lossstudy.losses"`. Modules whose name begins with an
            underscore, and sub-packages, are not part of the registry.
        base: The class every member derives from.

    Returns:
        Module name to class, sorted by name.
    """
    found = {}
    for module_info in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if module_info.ispkg or module_info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package}.{module_info.name}")
        classes = [
            member
            for member in vars(module).values()
            if inspect.isclass(member)
            and issubclass(member, base)
            and member.__module__ == module.__name__
        ]
        assert len(classes) == 1, f"{module.__name__} has {len(classes)} {base.__name__}s, not 1"
        found[module_info.name] = classes[0]
    return dict(sorted(found.items()))


def get(package: str, base: type[T], name: str) -> type[T]:
    """Return the class registered as `name`.

    Raises:
        ValueError: `name` is not registered; the message lists what is.
    """
    members = discover(package, base)
    if name not in members:
        kind = package.rsplit(".", maxsplit=1)[-1]
        raise ValueError(f"unknown name {name!r} in {kind}; known: {', '.join(members)}")
    return members[name]


def parameters(cls: type[Any]) -> dict[str, inspect.Parameter]:
    """Return the keyword-only parameters of a class's constructor: the ones a user may set."""
    signature = inspect.signature(cls)
    return {
        name: parameter
        for name, parameter in signature.parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
