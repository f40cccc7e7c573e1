"""The one command line: `slotkeeper COMMAND`; a command is imported only when it runs."""

import gc
import importlib
import sys

COMMANDS = {
    "demo": ("bot.commands.demo", "Phones, a day board and a clock on one page."),
    "chat": ("bot.commands.chat", "Talk to the bot in this terminal."),
    "apply": ("bot.commands.apply", "Bring businesses in line with their files."),
    "link": ("bot.commands.link", "Print a one-time code that links a provider's phone."),
    "replay": ("bot.commands.replay", "Play a script of what people do, on a clock of its own."),
    "when": ("bot.commands.when", "Read a time in words, and say how."),
    "understand": ("bot.commands.understand", "Read a whole message: intents and facts."),
    "explain": ("bot.commands.explain", "Say why a time can be booked, or why not."),
    "retime": ("bot.commands.retime", "Keep wall times where clock rules change."),
    "forget": ("bot.commands.forget", "Take a person out of every row."),
    "simulate": (
        "bot.commands.simulate",
        "Play a town of people on a virtual clock; prove its book.",
    ),
    "verify": ("bot.commands.verify", "Prove the book: nothing doubled, lost or forgotten."),
    "serve": ("bot.commands.serve", "Open the web door; without REDIS_URL, do all the work too."),
    "work": ("bot.commands.work", "Answer and deliver what comes over Redis."),
    "doctor": ("bot.commands.doctor", "Look at all that the bot needs; say what to do."),
    "webhooks": ("bot.commands.webhooks", "Tell the vendors where to call us."),
    "keys": ("bot.commands.keys", "Make or change the keys that secrets are kept with."),
    "tick": ("bot.commands.tick", "Find what is due, expired or forgotten."),
}


def main() -> None:
    """Run the command named first on the command line; exit status 2 where there is none."""
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name not in COMMANDS:
        wide = max(map(len, COMMANDS))
        lines = (f"  {name:<{wide}}  {text}" for name, (_, text) in COMMANDS.items())
        out = sys.stdout if name in {"-h", "--help", "help"} else sys.stderr
        out.write("Usage: slotkeeper COMMAND [ARGUMENTS]\n\n" + "\n".join(lines) + "\n")
        sys.exit(0 if out is sys.stdout else 2)
    gc.disable()  # what is loaded at the start stays: looking for garbage in it is a tenth of it
    module = importlib.import_module(COMMANDS[name][0])
    settle()
    module.run(sys.argv[2:])


def settle() -> None:
    """Leave what is loaded out of the search for garbage, and search less often."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


if __name__ == "__main__":
    main()
