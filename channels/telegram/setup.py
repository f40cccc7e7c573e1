"""Setting the bots up: whether their tokens work, where Telegram calls, what their menus show."""

from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Bot, BotCommand, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from channels.message import Finding
from channels.telegram.config import Config, bare, proof, webhook
from channels.telegram.line import Line
from channels.telegram.reading import KINDS

_PATIENCE = 15.0  # seconds for one bot
_MANY = 100  # updates that wait: more than a short rest explains

# A command is its words: "/my_bookings" says "my bookings".
COMMANDS = (
    BotCommand("my_bookings", "What you have booked"),
    BotCommand("cancel", "Cancel a booking"),
    BotCommand("hours", "When we are open"),
    BotCommand("prices", "What it costs"),
    BotCommand("help", "What you can say"),
    BotCommand("stop", "No more messages"),
)

Work = Callable[[Config, str, Bot], Coroutine[Any, Any, list[Finding]]]


def check(config: Config, line: Line) -> list[Finding]:
    """Look at each bot; what is wrong comes with a line of advice. Never raises."""
    return _each(config, line, _checked)


def register(config: Config, line: Line) -> list[Finding]:
    """Set or remove each bot's webhook, keeping what waits, and set its commands. Never raises."""
    if config.mode == "webhook" and not config.public_url.startswith("https://"):
        advice = "set the public URL, which begins with https://, or let the bots poll"
        return [Finding("telegram: Telegram calls only https addresses", good=False, advice=advice)]
    return _each(config, line, _registered)


def _each(config: Config, line: Line, work: Work) -> list[Finding]:
    found: list[Finding] = []
    for name in config.bots:
        try:
            found += line.run(work(config, name, line.bots[bare(name)]), within=_PATIENCE)
        except InvalidToken:
            advice = "take the token of this bot from @BotFather: /mybots, API Token"
            found.append(
                Finding(f"telegram @{name}: the token is wrong", good=False, advice=advice)
            )
        except (TelegramError, TimeoutError) as error:
            what = f"telegram @{name}: Telegram does not answer: {error or 'it took too long'}"
            advice = "try again; look at the base URL and at what stands between"
            found.append(Finding(what, good=False, advice=advice))
    return found


async def _checked(config: Config, name: str, bot: Bot) -> list[Finding]:
    me = await bot.get_me()
    if bare(me.username or "") != bare(name):
        what = f"telegram @{name}: the token is of @{me.username}"
        return [Finding(what, good=False, advice="correct the bot's name or its token")]
    info = await bot.get_webhook_info()
    found = [Finding(f"telegram @{name}: the token works", good=True), _place(config, name, info)]
    if info.url and info.last_error_message:
        when = f"{info.last_error_date:%Y-%m-%d %H:%M} UTC" if info.last_error_date else "once"
        what = f"telegram @{name}: the last call that failed, {when}: {info.last_error_message}"
        found.append(Finding(what, good=not info.pending_update_count, advice=_REACH))
    if info.pending_update_count > _MANY:
        what = f"telegram @{name}: {info.pending_update_count} updates wait"
        found.append(Finding(what, good=False, advice=_REACH if info.url else _ASK))
    return found


_REACH = "see that the public URL leads to `slotkeeper serve`, with a valid certificate"
_ASK = "see that a process polls"
_SET = "run `slotkeeper webhooks set`"


def _place(config: Config, name: str, info: WebhookInfo) -> Finding:
    """Say whether updates come to where we wait for them."""
    where = f"telegram @{name}: "
    if config.mode == "poll":
        if info.url:
            return Finding(f"{where}a webhook keeps updates from us", good=False, advice=_SET)
        return Finding(f"{where}no webhook is set, we ask", good=True)
    wanted = webhook(config, name)
    if info.url != wanted:
        told = f"Telegram calls {info.url or 'nowhere'}, not {wanted}"
        return Finding(where + told, good=False, advice=_SET)
    if info.allowed_updates and not set(KINDS) <= set(info.allowed_updates):
        return Finding(f"{where}Telegram keeps some updates to itself", good=False, advice=_SET)
    return Finding(f"{where}Telegram calls {wanted}", good=True)


async def _registered(config: Config, name: str, bot: Bot) -> list[Finding]:
    if config.mode == "poll":
        await bot.delete_webhook(drop_pending_updates=False)
        what = f"telegram @{name}: no webhook is set, we ask"
    else:
        await bot.set_webhook(
            webhook(config, name),
            secret_token=proof(config, name),
            allowed_updates=KINDS,
            drop_pending_updates=False,
        )
        what = f"telegram @{name}: Telegram calls {webhook(config, name)}"
    await bot.set_my_commands(COMMANDS)
    return [Finding(what, good=True)]
