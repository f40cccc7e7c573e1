"""Draw the literal tables, and keep what the documents show of them current. Pure.

The transition table is a Mermaid diagram in the README, and what is said unasked a table in
docs/messages.md.

What every state answers by the way is left out. What begins anew from every state is drawn once,
from "any"; the states of a request under way stand together, since most steps lead to whichever of
them asks for what is missing. `python -m dialogs.draw` writes both between their markers.
"""

from collections import defaultdict
from pathlib import Path

from dialogs import sent
from dialogs.states import ANEW, EVERYWHERE, TABLE, WISHING, State, Step

README = Path(__file__).with_name("README.md")
MESSAGES = Path(__file__).parents[1] / "docs" / "messages.md"
BEGIN, END = "<!-- diagram: begin -->", "<!-- diagram: end -->"
REQUEST = (State.SERVICE, State.PARTY, State.WHEN, State.CHOICE, State.PROPOSAL, State.SERIES)

Arrows = dict[tuple[str, str], dict[str, None]]


def diagram() -> str:
    """Return the diagram: an arrow from state to state for the flows that may lead there."""
    arrows: Arrows = defaultdict(dict)
    for step in ANEW.values():
        _add(arrows, "any", step)
    for step in WISHING.values():
        _add(arrows, "request", step)
    for state, row in TABLE.items():
        usual = EVERYWHERE | WISHING if state in REQUEST else EVERYWHERE
        for intent, step in row.items():
            if usual.get(intent) != step:
                _add(arrows, state.value, step)
    inside = [f"        {state.value}" for state in REQUEST]
    lines = ["stateDiagram-v2", "    [*] --> idle", "    state request {", *inside, "    }"]
    for (source, target), flows in sorted(arrows.items()):
        lines.append(f"    {source} --> {target}: {', '.join(sorted(flows))}")
    return "\n".join(lines)


def _add(arrows: Arrows, source: str, step: Step) -> None:
    """Add a step's arrows; several states of a request are one target."""
    within = [target for target in step.to if target in REQUEST]
    targets = [t.value for t in step.to if t not in within]
    targets += ["request"] if len(within) > 1 else [t.value for t in within]
    for target in targets:
        if target != source:
            arrows[source, target][step.flow.partition(".")[2]] = None


def placed(text: str, drawn: str) -> str:
    """Return a document with what was drawn between its markers."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{drawn}\n{END}{after}"


DRAWN = {README: lambda: f"```mermaid\n{diagram()}\n```", MESSAGES: sent.drawn}

if __name__ == "__main__":
    for document, draw in DRAWN.items():
        text = document.read_text(encoding="utf-8")
        document.write_text(placed(text, draw()), encoding="utf-8")
