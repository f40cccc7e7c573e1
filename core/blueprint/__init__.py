"""A business file: TOML text in, a validated Blueprint or every problem of it out. Pure."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import PurePath
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from core.blueprint import shape, values
from core.blueprint.checks import check
from core.blueprint.compile import compiled, resource_keys
from core.blueprint.lines import Lines, Path
from core.rules import Business

__all__ = ["MOST_BYTES", "Blueprint", "Problem", "read"]

MOST_BYTES = 256 * 1024
"""The largest business file; real ones have a few kilobytes."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")
_INSTEAD: dict[str, Any] = {  # stands in for a top-level value that cannot be read
    "name": "?",
    "zone": "UTC",
    "currency": "USD",
    "languages": ["en"],
    "open": {"daily": "00:00-24:00"},
    "contact": {"human": "?"},
    "services": {},
}
_SENTENCES = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "list_type": "must be a list in [ ]",
    "dict_type": "must be a table of its own",
    "model_type": "must be a table of its own",
    "model_attributes_type": "must be a table of its own",
    "too_short": "must not be empty",
    "missing": "is missing",
    "date_type": "must be a day, as 2026-12-24 without quotes",
    "literal_error": "must be one of {expected}",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a file: the line (from 1), the field (empty: the whole file), a sentence."""

    file: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        where = f"{self.field} " if self.field else ""
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
        counted = {key: n for n, key in enumerate(self.resources, 1)}
        return compiled(
            self.root,
            self.slug,
            business=number,
            revision=revision,
            resources=counted if resources is None else resources,
            services=services or {key: n for n, key in enumerate(self.services, 1)},
        )


def read(content: bytes, file: str) -> Blueprint | tuple[Problem, ...]:
    """Read a business file; `file` is its name, whose stem is the business's slug.

    Returns every problem there is, in the order of lines, where there is one.
    """
    slug = PurePath(file).stem
    if not _SLUG.fullmatch(slug):
        text = "the file's name becomes the business's: use a-z, digits and -, as juniper.toml"
        return (Problem(file, 1, "", text),)
    data = _parsed(content, file)
    if isinstance(data, Problem):
        return (data,)
    text, tree = data
    found, root, pruned = _shaped(tree)
    if root is not None:
        known = frozenset(
            key
            for kind in ("providers", "rooms", "tables")
            if isinstance(tree.get(kind), dict)
            for key in tree[kind]
        )
        for path, sentence in check(root, known, lambda top: all(p[0] != top for p in pruned)):
            if not any(path[: len(p)] == p or p[: len(path)] == path for p in pruned):
                found.append((path, sentence))
    if not found and root is not None:
        return Blueprint(slug, file, root)
    lines = Lines(text)
    problems = {
        Problem(file, lines.of(path), _field(path), sentence): None for path, sentence in found
    }
    return tuple(sorted(problems, key=lambda p: p.line))


def _parsed(content: bytes, file: str) -> tuple[str, dict[str, Any]] | Problem:
    if len(content) > MOST_BYTES:
        size = f"{len(content) / 1e6:.1f} MB" if len(content) < 2 * MOST_BYTES else "too large"
        return Problem(
            file, 1, "", f"is {size}; a business file has {MOST_BYTES // 1024} KB at most"
        )
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
    except RecursionError:
        return Problem(file, 1, "", "is nested too deeply")
    except ValueError as error:
        return _syntax(str(error), text, file)


def _syntax(message: str, text: str, file: str) -> Problem:
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.rstrip().count("\n") + 1
    what = _PLACE.sub("", message)
    what = what[:1].lower() + what[1:]
    if "overwrite" in what or "twice" in what:
        what = "this key stands in the file already"
    elif not place:  # a number of thousands of digits
        what, line = "holds a value that cannot be read", 1
    return Problem(file, line, "", f"is not valid TOML: {values.shown(what)}")


def _shaped(
    tree: dict[str, Any],
) -> tuple[list[tuple[Path, str]], shape.Root | None, set[Path]]:
    """Return the problems of shape, what is left without them, and the paths that were left out.

    What cannot be read is taken out and the rest is read again, so that one mistake does not hide
    the others.
    """
    found: list[tuple[Path, str]] = []
    pruned: set[Path] = set()
    rest = _copied(tree)
    while True:
        try:
            return found, shape.Root.model_validate(rest), pruned
        except ValidationError as wrong:
            before = len(pruned)
            for error in wrong.errors(include_url=False):
                path, sentence = _located(error, tree)
                if not any(path[: len(p)] == p for p in pruned):
                    found.append((path, sentence))
                pruned.add(_prune(rest, path))
            if len(pruned) == before:
                return found, None, pruned


def _copied(value: Any) -> Any:  # noqa: ANN401 - whatever TOML gave
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return value


def _located(error: Any, tree: dict[str, Any]) -> tuple[Path, str]:  # noqa: ANN401 - pydantic's own
    """Return the path in the file that an error speaks of, and its sentence."""
    kind, loc = error["type"], tuple(error["loc"])
    path: Path = ()
    at: Any = tree
    for part in loc:
        inside = (isinstance(at, dict) and part in at) or (
            isinstance(at, list) and isinstance(part, int) and part < len(at)
        )
        if not inside:
            if kind == "missing" and isinstance(at, dict):
                path = (*path, part)
            break
        path, at = (*path, part), at[part]
    if kind == "extra_forbidden":
        allowed = _fields(loc[:-1])
        hint = values.guess(str(loc[-1]), allowed) or f"; known here: {', '.join(allowed)}"
        return path, f"is not known{hint}"
    if kind == "value_error":
        return path, str(error["ctx"]["error"])
    sentence = _SENTENCES.get(kind)
    if sentence is None:
        return path, str(error["msg"]).lower()
    return path, sentence.format(**error.get("ctx", {}))


def _prune(rest: dict[str, Any], path: Path) -> Path:
    """Take out the smallest part with a key that holds the path, and return what was taken."""
    at: Any = rest
    parents: list[tuple[Any, Path]] = []
    for n, part in enumerate(path):
        if not isinstance(at, dict) or part not in at:
            break
        parents.append((at, path[: n + 1]))
        at = at[part]
    if not parents:  # a key that is missing at the top
        parents.append((rest, path[:1]))
    holder, taken = parents[-1]
    name = str(taken[-1])
    if len(taken) == 1 and name in _INSTEAD:
        holder[name] = _INSTEAD[name]
    else:
        holder.pop(name, None)
    return taken


def _fields(loc: Path) -> list[str]:
    """Return the keys that may stand in the table at a path."""
    model: Any = shape.Root
    for part in loc:
        if isinstance(model, type) and issubclass(model, BaseModel):
            fields = model.model_fields.items()
            model = next(f.annotation for name, f in fields if part in {name, f.alias})
        elif get_origin(model) in {dict, list}:
            model = get_args(model)[-1]
        while get_origin(model) in {Union, UnionType} or hasattr(model, "__metadata__"):
            model = get_args(model)[0]
    return [f.alias or name for name, f in model.model_fields.items()]


def _field(path: Path) -> str:
    return "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")
