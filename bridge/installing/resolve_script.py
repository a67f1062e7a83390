"""One script for Resolve's menu, out of its source and the parts it shares with others.

Resolve lists every file of its script folders in the menu, gives scripts no reliable `__file__`, and runs
them in a Python that we do not choose; so each installed script is one file with all that it needs in it.
What is shared stands once, in `plugins/resolve/cuebridge_resolve`, and is written into each by this module.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bridge.errors import CuebridgeError

PARTS, SETTINGS = "cuebridge_resolve", "settings"
_HEAD = "# Written by `cuebridge plugins install resolve`; install again instead of editing it.\n"


@dataclass
class _Gathered:
    """What stands at the top of the file, and below it part by part."""

    imports: set[str] = field(default_factory=set)
    parts: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def one_file(script: Path, settings: Mapping[str, object]) -> str:
    """The script with its parts in it, in ASCII.

    Args:
        script: its source, beside the folder of parts.
        settings: values by name, in the place of those in the part `settings`.

    Raises:
        CuebridgeError: a part is missing, two define one name, or a setting does not exist.
    """
    found = _Gathered()
    body = _gather(script, found, {})
    unknown = set(settings) - {name for name, part in found.names.items() if part == SETTINGS}
    if unknown:
        raise CuebridgeError(f"there is no setting {', '.join(sorted(unknown))}", where=script.name)
    found.parts[SETTINGS] = _with_values(found.parts[SETTINGS], settings)
    docstring = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    pieces = [f'"""{docstring}"""\n', _HEAD + "".join(sorted(found.imports))]
    pieces += [f"# --- {name}\n\n{text.strip()}\n" for name, text in found.parts.items()]
    text = "\n\n".join([*pieces, f"# ---\n\n{body.strip()}\n"])
    if not text.isascii():
        raise CuebridgeError("a script for Resolve must be ASCII", where=script.name)
    return text


def _gather(path: Path, found: _Gathered, above: dict[str, None]) -> str:
    """Take a file's imports and parts; what is left of it."""
    try:
        source = path.read_text(encoding="utf-8")
    except OSError:
        raise CuebridgeError("a part of the script is missing", where=str(path)) from None
    tree, lines = ast.parse(source), source.splitlines(keepends=True)
    gone: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node is tree.body[0]:
            gone.append(node)  # the docstring
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{PARTS}."):
            gone.append(node)
            part = str(node.module).partition(".")[2]
            if any(alias.asname for alias in node.names) or part in above:
                raise CuebridgeError(f"{part} cannot be written into one file", where=path.name)
            if part not in found.parts:
                folder = path.parent if path.parent.name == PARTS else path.parent / PARTS
                text = _gather(folder / f"{part}.py", found, {**above, path.stem: None})
                found.parts[part] = text
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            gone.append(node)
            found.imports.add(ast.unparse(node) + "\n")
        else:
            _claim(node, path.stem, found.names)
    for node in reversed(gone):
        del lines[node.lineno - 1 : node.end_lineno]
    return "".join(lines)


def _with_values(text: str, settings: Mapping[str, object]) -> str:
    """The part `settings` with other values; what is not given keeps its own."""
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        name = (
            node.targets[0].id
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            else ""
        )
        if name in settings:
            lines[node.lineno - 1 : node.end_lineno] = [f"{name} = {settings[name]!a}\n"]
    return "".join(lines)


def _claim(node: ast.stmt, part: str, names: dict[str, str]) -> None:
    """Note the names that a statement defines: in one file they must be of one part each."""
    defined: list[str] = []
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        defined = [node.name]
    elif isinstance(node, ast.Assign):
        defined = [
            each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)
        ]
    for name in defined:
        if names.setdefault(name, part) != part:
            raise CuebridgeError(f"{names[name]} and {part} both define {name}")
