"""The time grammar: words to a wish, pure and without a clock (docs/times.md)."""

from dialogs.when.combining import combine
from dialogs.when.model import Context, Grain, Note, Problem, Window, Wish
from dialogs.when.reading import read, ready

__all__ = ["Context", "Grain", "Note", "Problem", "Window", "Wish", "combine", "read", "ready"]
