"""What the list of commands says of each, read in its source: to be listed, no command is imported."""

import ast
from collections.abc import Callable
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from typer.core import TyperCommand


class Listed(TyperCommand):
    """A command that can be listed at once, and becomes the real one when it is called.

    Parameters
    ----------
    name
        Its name.
    sentence
        What the list says of it.
    real
        Imports the command and returns it.
    """

    def __init__(self, name: str, sentence: str, real: Callable[[], Any]) -> None:
        super().__init__(name, help=sentence)
        self._real = real

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Return the context of the real command, which is run by it."""
        return self._real().make_context(*arguments, **options)


def sentence_of(module: str, names: tuple[str, ...]) -> str | None:
    """Return what a command's source says of it; None where it cannot be read, and must be imported to be told.

    Parameters
    ----------
    module
        Where the command stands.
    names
        As what it may stand there: a function, of which the docstring tells, or a Typer application with its ``help``.
    """
    source = _source(module)
    if source is None:
        return None
    body = ast.parse(source.read_text(encoding="utf-8")).body
    return next((said for name in names for node in body if (said := _said(node, name)) is not None), None)


def _source(module: str) -> Path | None:
    # `importlib.util.find_spec` would import the packages that it is in.
    path = spec = None
    for end in range(module.count(".") + 1):
        spec = PathFinder.find_spec(".".join(module.split(".")[: end + 1]), path)
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return Path(spec.origin) if spec and spec.origin and spec.has_location else None


def _said(node: ast.stmt, name: str) -> str | None:
    match node:
        case ast.FunctionDef(name=found) if found == name:
            return ast.get_docstring(node)
        case ast.Assign(targets=[ast.Name(id=found)], value=ast.Call(keywords=options)) if found == name:
            return next((_text(option.value) for option in options if option.arg == "help"), None)
        case ast.ImportFrom(module=str(module), names=aliases):
            return next((sentence_of(module, (it.name,)) for it in aliases if (it.asname or it.name) == name), None)
    return None


def _text(value: ast.expr) -> str | None:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
