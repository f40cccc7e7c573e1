"""Notes in words: a note, its facts and its reader in; text and choices out. Pure."""

from dialogs.wording.notes import word
from dialogs.wording.page import Worded

__all__ = ["Worded", "word"]
