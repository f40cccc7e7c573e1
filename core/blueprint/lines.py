"""On which line of a TOML text each field stands; the standard parser tells no lines. Pure."""

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]

_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\]|\\.)*"'
    r"|'[^']*'",
    re.DOTALL,
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\n#]+")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


class Lines:
    """The line of every key and every list item of a text that is valid TOML.

    Lines count from 1. A field that stands nowhere has the line of the nearest thing around it.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [n for n, letter in enumerate(text) if letter == "\n"]
        self._found: dict[Path, int] = {(): 1}
        self._last: dict[Path, int] = {}  # arrays of tables: the index of the newest
        self._document()

    def of(self, path: Path) -> int:
        """Return the line of a field, or of the nearest thing around it."""
        while path not in self._found:
            path = path[:-1]
        return self._found[path]

    def _document(self) -> None:
        table: Path = ()
        while self._skip():
            if self._take("[["):
                names = self._key()
                parent = self._through(names[:-1])
                array = (*parent, names[-1])
                self._last[array] = self._last.get(array, -1) + 1
                table = (*array, self._last[array])
                self._note(table)
                self._take("]]")
            elif self._take("["):
                table = self._through(self._key())
                self._note(table)
                self._take("]")
            else:
                self._pair(table)

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = (*table, *self._key())
        self._note(path, line)
        self._skip()
        self._take("=")
        self._skip()
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._take("["):
            self._items(path)
        elif self._take("{"):
            while self._skip() and not self._take("}"):
                self._pair(path)
                self._skip()
                self._take(",")
        else:
            found = _STRING.match(self._text, self._at) or _SCALAR.match(self._text, self._at)
            self._at = found.end() if found else self._at + 1

    def _items(self, path: Path) -> None:
        index = 0
        while self._skip() and not self._take("]"):
            self._note((*path, index))
            self._value((*path, index))
            index += 1
            self._skip()
            self._take(",")

    def _key(self) -> tuple[str, ...]:
        names: list[str] = []
        while True:
            self._skip()
            bare = _BARE.match(self._text, self._at)
            found = bare or _STRING.match(self._text, self._at)
            if found is None:  # no valid text comes here; move on all the same
                self._at += 1
                return (*names, "")
            self._at = found.end()
            text = found.group()
            names.append(text if bare else tomllib.loads(f"key = {text}")["key"])
            self._skip()
            if not self._take("."):
                return tuple(names)

    def _through(self, names: tuple[str, ...]) -> Path:
        """Return the path of a header's names, through the newest of each array of tables."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self._last:
                path = (*path, self._last[path])
        return path

    def _note(self, path: Path, line: int | None = None) -> None:
        """Keep where a path, and whatever is around it, was named first."""
        for length in range(1, len(path) + 1):
            self._found.setdefault(path[:length], line or self._line())

    def _line(self) -> int:
        return bisect_right(self._breaks, self._at - 1) + 1

    def _skip(self) -> bool:
        """Move over blanks, line ends and comments; False at the end of the text."""
        found = _SPACE.match(self._text, self._at)
        if found:
            self._at = found.end()
        return self._at < len(self._text)

    def _take(self, mark: str) -> bool:
        if self._text.startswith(mark, self._at):
            self._at += len(mark)
            return True
        return False
