"""From what TOML gave to the shape of a business file, with every problem on the way. Pure."""

from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from core.blueprint import shape, values
from core.blueprint.lines import Path

_INSTEAD: dict[tuple[str, ...], Any] = {  # stands in for what cannot be read, so that the rest can
    ("name",): "?",
    ("zone",): "UTC",
    ("currency",): "USD",
    ("languages",): ["en"],
    ("open",): {"daily": "00:00-24:00"},
    ("contact",): {"human": "?"},
    ("contact", "human"): "?",
    ("services",): {},
    ("services", "*", "names"): {},
    ("services", "*", "length"): "1 min",
    ("services", "*", "extras", "*", "names"): {},
    ("services", "*", "advance", "amount"): 1,
    ("services", "*", "confirm", "within"): "1 h",
    ("services", "*", "times", "*"): {"day": "mon", "at": "00:00"},
    ("services", "*", "times", "*", "day"): "mon",
    ("services", "*", "times", "*", "at"): "00:00",
    ("tables", "*", "capacity"): 1000,
    ("holidays", "country"): "US",
    ("special", "*", "hours"): "00:00-24:00",
    ("seasons", "*", "from"): "01-01",
    ("seasons", "*", "to"): "01-01",
    ("seasons", "*", "open"): {"daily": "00:00-24:00"},
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


def shaped(
    tree: dict[str, Any],
) -> tuple[list[tuple[Path, str]], shape.Root | None, set[Path]]:
    """Return the problems of shape, what is left without them, and the paths that were left out.

    What cannot be read is left out and the rest is read again, so that one mistake does not hide
    the others.
    """
    found: list[tuple[Path, str]] = []
    pruned: set[Path] = set()
    rest = _copied(tree)
    while True:
        try:
            return found, shape.Root.model_validate(rest), pruned
        except ValidationError as wrong:
            before = frozenset(pruned)
            for error in wrong.errors(include_url=False):
                path, sentence = _located(error, tree)
                if not any(path[: len(p)] == p for p in before):
                    found.append((path, sentence))
                pruned.add(_prune(rest, path, before))
            if len(pruned) == len(before):
                return found, None, pruned


def _copied(value: Any) -> Any:  # noqa: ANN401 - whatever TOML gave
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
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


def _prune(rest: Any, path: Path, before: frozenset[Path]) -> Path:  # noqa: ANN401 - as TOML has it
    """Take out the smallest part that holds the path, or put something in its place; return it.

    A part that was taken out before and is asked for all the same goes with what is around it.
    """
    for size in range(len(path), 0, -1):
        part, holder = path[:size], _at(rest, path[: size - 1])
        if part in before or not isinstance(holder, (dict, list)):
            continue
        kind = _instead(part)
        if kind is not None:
            holder[part[-1]] = _copied(_INSTEAD[kind])  # type: ignore[index] # of a dict or a list
            return part
        if isinstance(holder, dict):
            holder.pop(str(part[-1]), None)
            return part
    return path


def _instead(path: Path) -> tuple[str, ...] | None:
    for pattern in _INSTEAD:
        if len(pattern) == len(path) and all(
            a in ("*", b) for a, b in zip(pattern, path, strict=True)
        ):
            return pattern
    return None


def _at(value: Any, path: Path) -> Any:  # noqa: ANN401 - whatever TOML gave
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


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
