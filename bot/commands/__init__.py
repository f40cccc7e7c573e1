"""One module a command of `slotkeeper`; each has `run(arguments)`."""
