"""What people mean: a message to intents and facts, pure, by grammar and not by a model."""

from dialogs.understanding.detecting import detect
from dialogs.understanding.facts import (
    PROVIDERS,
    Asked,
    Facts,
    Intent,
    Named,
    Option,
    Understood,
    Vocabulary,
)
from dialogs.understanding.lexicon import languages
from dialogs.understanding.understanding import pressed, understand

__all__ = [
    "PROVIDERS",
    "Asked",
    "Facts",
    "Intent",
    "Named",
    "Option",
    "Understood",
    "Vocabulary",
    "detect",
    "languages",
    "pressed",
    "understand",
]
