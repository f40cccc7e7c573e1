"""Setting the bots up: whether their tokens work, where Telegram calls, what their menus show."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from channels.message import Finding
from channels.telegram.config import Config, bare, proof, webhook
from channels.telegram.line import Line
from channels.telegram.reading import KINDS

_PATIENCE = 15.0  # seconds for one bot
_MANY = 100  # updates that wait: more than a short rest explains

Work = Callable[[Config, str, Bot], Coroutine[Any, Any, list[Finding]]]


def check(config: Config, line: Line) -> list[Finding]:
    """Look at each bot; what is wrong comes with a line of advice. Never raises."""
    return _each(config, line, _checked)


def register(config: Config, line: Line) -> list[Finding]:
    """Set or remove each bot's webhook, keeping what waits, and set its commands. Never raises."""
    if config.mode == "webhook" and not config.public_url.startswith("https://"):
        advice = "Telegram calls only https:// addresses: set the public URL, or let the bots poll"
        return [Finding("Telegram: public URL", good=False, advice=advice)]
    return _each(config, line, _registered)


def _each(config: Config, line: Line, work: Work) -> list[Finding]:
    found: list[Finding] = []
    for name in config.bots:
        what = f"Telegram: @{name}"
        try:
            found += line.run(work(config, name, line.bots[bare(name)]), within=_PATIENCE)
        except InvalidToken:
            advice = "the token is wrong: take it from @BotFather, /mybots, API Token"
            found.append(Finding(what, good=False, advice=advice))
        except (TelegramError, TimeoutError) as error:
            advice = f"Telegram does not answer ({str(error) or 'it took too long'}): try again"
            found.append(Finding(what, good=False, advice=advice))
    return found


async def _checked(config: Config, name: str, bot: Bot) -> list[Finding]:
    me = await bot.get_me()
    what = f"Telegram: @{name}"
    if bare(me.username or "") != bare(name):
        advice = f"the token is of @{me.username}: correct the bot's name or its token"
        return [Finding(what, good=False, advice=advice)]
    info = await bot.get_webhook_info()
    found = [_place(config, name, info)]
    waiting = info.pending_update_count
    if info.url and info.last_error_message:
        when = f" ({info.last_error_date:%Y-%m-%d %H:%M} UTC)" if info.last_error_date else ""
        advice = (
            f"{info.last_error_message}{when}: {_REACH if waiting else 'it went through since'}"
        )
        found.append(Finding(f"{what}, last failure", good=not waiting, advice=advice))
    if waiting > _MANY:
        advice = f"{waiting} updates: {_REACH if info.url else _ASK}"
        found.append(Finding(f"{what}, waiting", good=False, advice=advice))
    if old := await _other_menus(config, name, bot):
        shown = ", ".join(code or "most languages" for code in old)
        advice = f"not as it should be in {shown}: {_SET}"
        found.append(Finding(f"{what}, menu of commands", good=False, advice=advice))
    return found


_REACH = "see that the public URL leads to `slotkeeper serve`, with a valid certificate"
_ASK = "see that `slotkeeper serve` runs"
_SET = "run `slotkeeper webhooks set telegram`"


def _place(config: Config, name: str, info: WebhookInfo) -> Finding:
    """Say whether updates come to where we wait for them."""
    what = f"Telegram: @{name}"
    if config.mode == "poll":
        if info.url:
            advice = f"a webhook keeps updates from us: {_SET}"
            return Finding(what, good=False, advice=advice)
        return Finding(what, good=True, advice="no webhook, we ask")
    wanted = webhook(config, name)
    if info.url != wanted:
        told = f"Telegram calls {info.url or 'nowhere'}, not {wanted}: {_SET}"
        return Finding(what, good=False, advice=told)
    if info.allowed_updates and not set(KINDS) <= set(info.allowed_updates):
        return Finding(what, good=False, advice=f"Telegram keeps some updates to itself: {_SET}")
    return Finding(what, good=True, advice=f"calls {wanted}")


async def _registered(config: Config, name: str, bot: Bot) -> list[Finding]:
    if config.mode == "poll":
        await bot.delete_webhook(drop_pending_updates=False)
        told = "no webhook, we ask"
    else:
        await bot.set_webhook(
            webhook(config, name),
            secret_token=proof(config, name),
            allowed_updates=KINDS,
            drop_pending_updates=False,
        )
        told = f"calls {webhook(config, name)}"
    menus = config.menus.get(name, {})
    for code in await _other_menus(config, name, bot):
        if menus[code]:
            await bot.set_my_commands(menus[code], language_code=code or None)
        else:
            await bot.delete_my_commands(language_code=code or None)
    return [Finding(f"Telegram: @{name}", good=True, advice=told)]


async def _other_menus(config: Config, name: str, bot: Bot) -> list[str]:
    """Return the languages in which a bot's menu shows something else than it should."""
    menus = config.menus.get(name, {})
    shown = await asyncio.gather(*(bot.get_my_commands(language_code=c or None) for c in menus))
    return [
        code
        for code, commands in zip(menus, shown, strict=True)
        if [(c.command, c.description) for c in commands] != [tuple(row) for row in menus[code]]
    ]
