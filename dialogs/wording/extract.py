"""Collect the messages to translate: the template, and each language's catalog brought up to it.

`python -m dialogs.wording.extract` writes `locales/slotkeeper.pot` and updates every
`locales/*/LC_MESSAGES/slotkeeper.po`: new messages come in empty, those gone go out.
"""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from dialogs.wording.catalog import LOCALES

TEMPLATE = LOCALES / "slotkeeper.pot"
_WORDING = Path(__file__).parent
_HEADER = "# Every message of slotkeeper, to be translated; see README.md here."
_KEYWORDS = {"t": None, "n": (1, 2)}


def template() -> Catalog:
    """Return the messages that the wording of now asks for."""
    found = Catalog(
        project="slotkeeper",
        version="1",
        msgid_bugs_address="the issue tracker",
        charset="utf-8",
        fuzzy=False,
        header_comment=_HEADER,
    )
    for name, _line, message, comments, _context in extract_from_dir(
        _WORDING, keywords=_KEYWORDS, comment_tags=("Translators:",)
    ):
        place = f"dialogs/wording/{name}"
        found.add(message, locations=[(place, 0)], auto_comments=comments)
    return found


def updated(path: Path) -> Catalog:
    """Return a language's catalog with exactly the messages of now; translations are kept."""
    with path.open("rb") as file:
        kept = read_po(file, locale=path.parts[-3])
    kept.update(template(), no_fuzzy_matching=True)
    kept.obsolete.clear()
    return kept


def written(catalog: Catalog) -> bytes:
    """Return a catalog as its file: sorted, without line numbers, so that changes are few."""
    file = io.BytesIO()
    write_po(file, catalog, sort_output=True, include_lineno=False, width=100, omit_header=False)
    return file.getvalue()


if __name__ == "__main__":
    TEMPLATE.write_bytes(written(template()))
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/slotkeeper.po")):
        path.write_bytes(written(updated(path)))
