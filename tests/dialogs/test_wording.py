"""Every note has words, every refusal a sentence, and all of it fits a plain text message."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from core.refusals import Reason
from dialogs.sent import SENT
from dialogs.wording.notes import NOTES, REMARKS
from dialogs.wording.refusals import WHY
from support.gsm import is_plain

ROOT = Path(__file__).parents[2]
FLOWS = [*(ROOT / "dialogs").glob("*.py"), *(ROOT / "dialogs" / "flows").glob("*.py")]
WORDING = sorted((ROOT / "dialogs" / "wording").glob("*.py"))
# Kinds that a flow makes of a state or a count, or passes on by a variable.
MADE = {f"again_{state}" for state in ("party", "when", "choice", "proposal", "series")}
MADE |= {f"code_{worth}" for worth in ("here", "newer", "old", "used")}
ELSEWHERE = {"undelivered", "slow_down"}  # said by the deliverer, and by the door


def strings(*trees: ast.AST) -> set[str]:
    """Return every string in some sources, those of an f-string left out."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    parts = {id(v) for n in nodes if isinstance(n, ast.JoinedStr) for v in n.values}
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts
    }


def walked(paths: list[Path]) -> Iterator[ast.AST]:
    """Yield every node of some files."""
    for path in paths:
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def calls(paths: list[Path], *names: str) -> Iterator[ast.Call]:
    """Yield the calls of functions or methods of these names."""
    for node in walked(paths):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else ""
            if (called.id if isinstance(called, ast.Name) else name) in names:
                yield node


def said() -> set[str]:
    """Return the kinds that flows say, or pass on to be said or told."""
    kinds: set[str] = set()
    for call in calls(FLOWS, "say", "Note"):
        kinds |= strings(*call.args[:1])
    for call in calls(FLOWS, "_back", "_call", "_say_place"):
        kinds |= strings(*call.args[1:2])
    for node in walked(FLOWS):
        if isinstance(node, ast.keyword) and node.arg in {"note", "none"}:
            kinds |= strings(node.value)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "note":
            kinds |= strings(node.value) if isinstance(node.value, ast.IfExp) else set()
    return kinds


def messages() -> set[str]:
    """Return every text that is written to be translated."""
    found: set[str] = set()
    for call in calls(WORDING, "t", "n"):
        for arg in call.args[:2]:
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str):
                found.add(arg.value)
    return found


def test_every_note_that_is_said_has_words() -> None:
    """No flow says anything that wording does not know."""
    assert said() <= set(NOTES), sorted(said() - set(NOTES))


def test_every_note_with_words_is_said() -> None:
    """Nothing is worded that nobody says."""
    assert set(NOTES) <= said() | MADE | ELSEWHERE, sorted(set(NOTES) - said() - MADE - ELSEWHERE)


def test_every_reason_has_a_sentence() -> None:
    """A refusal can always say why."""
    assert set(WHY) == {reason.value for reason in Reason}


def test_every_remark_has_a_sentence() -> None:
    """So can what is said before an answer."""
    made = {c.args[0].value for c in calls(FLOWS, "remark") if isinstance(c.args[0], ast.Constant)}
    assert made == set(REMARKS)


@pytest.mark.parametrize("message", sorted(messages()))
def test_a_message_formats_and_is_plain(message: str) -> None:
    """Its names are plain words in braces, and a text message can hold its characters."""
    names = [name for _, name, spec, _ in Formatter().parse(message) if name is not None]
    assert all(re.fullmatch(r"[a-z_]+", name) for name in names)
    assert is_plain(message)
    assert len(message) <= 250


def told() -> set[str]:
    """Return the kinds that somebody is told unasked, where they are named in the call."""
    workers = [*(ROOT / "workers").glob("*.py")]
    kinds: set[str] = set()
    for call in calls([*FLOWS, *workers], "customer", "providers", "human", "tell", "_tell"):
        kinds |= {w for k in call.keywords if k.arg == "note" for w in strings(k.value)}
    for call in calls(FLOWS, "tell_of"):
        kinds |= {w for k in call.keywords if k.arg == "note" for w in strings(k.value)}
    return kinds


def test_all_that_is_said_unasked_is_in_the_table() -> None:
    """Whoever is told something without asking finds it in docs/messages.md, and nothing else."""
    assert told() <= set(SENT), sorted(told() - set(SENT))
    assert set(SENT) <= set(NOTES), sorted(set(SENT) - set(NOTES))
