"""A business file: TOML text in, a validated Blueprint or every problem of it out. Pure."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import PurePath
from typing import Any

from core.blueprint import shape, values
from core.blueprint.checks import check
from core.blueprint.compile import compiled, resource_keys
from core.blueprint.lines import Lines, Path
from core.blueprint.shaping import shaped
from core.rules import Business

__all__ = ["MOST_BYTES", "Blueprint", "Problem", "read"]

MOST_BYTES = 256 * 1024
"""The largest business file; real ones have a few kilobytes."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")

_SYNTAX = {  # what the parser says, and what it means to who wrote the file
    "Cannot overwrite a value": "this key stands in the file already",
    "Cannot declare": "this table stands in the file already",
    "Invalid initial character for a key": "a key belongs here; { } must stay on one line",
    "Invalid value": "a value belongs here; text stands in quotes",
    "Invalid statement": "write a line as: key = value, or [table]",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a file: the line (from 1), the field (empty: the whole file), a sentence."""

    file: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {where}{self.text}"


@dataclass(frozen=True)
class Blueprint:
    """A business as its file has it: everything by key, nothing numbered yet."""

    slug: str
    file: str
    root: shape.Root

    @cached_property
    def resources(self) -> tuple[str, ...]:
        """The keys of its resources, in order; each class is one too."""
        return tuple(resource_keys(self.root))

    @cached_property
    def services(self) -> tuple[str, ...]:
        """The keys of its services, in order."""
        return tuple(self.root.services)

    def business(
        self,
        number: int = 1,
        *,
        revision: int = 1,
        resources: Mapping[str, int] | None = None,
        services: Mapping[str, int] | None = None,
    ) -> Business:
        """Return the facts, numbered by these maps of key to id, or simply from 1 on."""
        if resources is None:
            resources = {key: n for n, key in enumerate(self.resources, 1)}
        if services is None:
            services = {key: n for n, key in enumerate(self.services, 1)}
        return compiled(
            self.root,
            self.slug,
            business=number,
            revision=revision,
            resources=resources,
            services=services,
        )


def read(content: bytes, file: str) -> Blueprint | tuple[Problem, ...]:
    """Read a business file; `file` is its name, whose stem is the business's slug.

    Returns every problem there is, in the order of lines, where there is one.
    """
    slug = PurePath(file).stem
    if not _SLUG.fullmatch(slug):
        text = "the file's name becomes the business's: use a-z, digits and -, as juniper.toml"
        return (Problem(file, 1, "", text),)
    try:
        return _read(content, file, slug)
    except RecursionError:
        return (Problem(file, 1, "", "is nested too deeply"),)


def _read(content: bytes, file: str, slug: str) -> Blueprint | tuple[Problem, ...]:
    data = _parsed(content, file)
    if isinstance(data, Problem):
        return (data,)
    text, tree = data
    found, root, pruned = shaped(tree)
    if root is not None:
        for path, sentence in check(
            root, _keys(tree), lambda top: all(p[0] != top for p in pruned)
        ):
            if not any(path[: len(p)] == p or p[: len(path)] == path for p in pruned):
                found.append((path, sentence))
    if not found and root is not None:
        return Blueprint(slug, file, root)
    lines = Lines(text)
    written = [(_written(path, tree), sentence) for path, sentence in found]
    problems = {
        Problem(file, lines.of(path), _field(path), sentence): None for path, sentence in written
    }
    return tuple(sorted(problems, key=lambda p: p.line))


def _keys(tree: dict[str, Any]) -> frozenset[str]:
    """Return the keys of resources that the file names, even where something is wrong with them."""
    kinds = (tree.get(kind) for kind in ("providers", "rooms", "tables"))
    return frozenset(key for kind in kinds if isinstance(kind, dict) for key in kind)


def _written(path: Path, tree: dict[str, Any]) -> Path:
    """Return the path as far as the file has tables for it: short forms have fewer."""
    at: Any = tree
    for n, part in enumerate(path):
        if isinstance(at, list) and isinstance(part, int) and part < len(at):
            at = at[part]
        elif isinstance(at, dict):
            at = at.get(part)
        else:
            return path[:n]
    return path


def _parsed(content: bytes, file: str) -> tuple[str, dict[str, Any]] | Problem:
    if len(content) > MOST_BYTES:
        most = MOST_BYTES // 1024
        return Problem(file, 1, "", f"is too large; a business file has {most} KB at most")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Problem(file, line, "", "is not UTF-8 text; save the file as UTF-8")
    if not text.strip():
        return Problem(file, 1, "", "is empty; docs/businesses.md shows what a business file holds")
    try:
        text = text.replace("\r\n", "\n")
        return text, tomllib.loads(text, parse_float=Decimal)
    except ValueError as error:
        return _syntax(str(error), text, file)


def _syntax(message: str, text: str, file: str) -> Problem:
    place = _PLACE.search(message)
    if place is None:  # a number of thousands of digits: the parser does not say where
        return Problem(file, 1, "", "is not valid TOML: a number is too long")
    line = int(place[1]) if place[1] else text.rstrip().count("\n") + 1
    what = _PLACE.sub("", message)
    said = next((hint for start, hint in _SYNTAX.items() if what.startswith(start)), what.lower())
    return Problem(file, line, "", f"is not valid TOML: {values.shown(said)}")


def _field(path: Path) -> str:
    parts = (f"[{p + 1}]" if isinstance(p, int) else f".{values.shown(p)}" for p in path)
    return "".join(parts).removeprefix(".")
