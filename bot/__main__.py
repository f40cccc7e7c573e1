"""`python -m bot` is `slotkeeper`."""

from bot.cli import main

main()
