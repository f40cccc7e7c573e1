"""Each folder's README names its modules, and no document links to a file that is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ["bot", "channels/slack", "channels/telegram", "core", "dialogs", "workers"]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in ROOT.rglob("*.md")
    if not {".venv", "node_modules", ".git"} & set(path.relative_to(ROOT).parts)
)
_LINK = re.compile(r"\]\(([^)#\s]+)")


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_readme_names_each_module(folder: str) -> None:
    """Whoever opens a folder finds each file of it in its README, as a name in backticks."""
    said = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    named = {name.removesuffix(".py") for name in re.findall(r"`([\w./]+)", said)}
    modules = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}
    assert modules - named == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    """Every relative link of a document leads to a file or folder of the project."""
    path = ROOT / document
    links = _LINK.findall(path.read_text(encoding="utf-8"))
    inner = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in inner if not (path.parent / link).exists()] == []
