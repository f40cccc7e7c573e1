"""A Bot API server, written from https://core.telegram.org/bots/api: real chats, updates, refusals.

Bots are made with `add_bot`. People write through their `Phone`; what bots say is kept by chat. An
update goes to the bot's webhook, again and again until that answers 200, or waits for getUpdates.
"""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, Self

import httpx

from fakes import telegram_menus as menus
from fakes import telegram_text as text_rules
from fakes.telegram_bots import Account, Webhook
from fakes.telegram_text import ApiError, bad
from fakes.telegram_updates import Json, Person, message
from fakes.telegram_wire import Answer, Asked, Wire

Trouble = Literal["429", "500", "timeout", "drop", "permanent", "401", "garbage"]
_SENDS = frozenset({"sendmessage", "senddocument", "sendphoto"})
_RETRY = (0.05, 0.1, 0.2, 0.5)  # seconds between two calls of a webhook; life is slower
_CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance"
_HOOKED = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to"


@dataclass(slots=True)
class Fault:
    """What goes wrong, and how many more times; None for ever."""

    how: Trouble
    times: int | None
    methods: frozenset[str]


class FakeTelegram:
    """The server, from `with FakeTelegram() as telegram` to the end of the block."""

    def __init__(self) -> None:
        self.bots: dict[str, Account] = {}
        self.chats: dict[tuple[str, int], list[Json]] = {}  # by token and chat, what was said
        self.calls: list[tuple[str, Json]] = []  # every call, in its order
        self.presses: dict[str, bool] = {}  # whether a press was acknowledged
        self.reach: dict[str, str] = {}  # a public address, and the one where it leads
        self.pace = 0.0  # seconds that every send takes
        self._people = itertools.count(500_000_001)
        self._fault: Fault | None = None
        self._posting: dict[str, asyncio.Task[None]] = {}
        self._wire = Wire(self._answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop; whoever waits for an answer is hung up on."""
        self._wire.close()

    @property
    def base_url(self) -> str:
        return f"{self._wire.url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self._wire.url}/file/bot"

    def add_bot(self, username: str) -> Account:
        """Make a bot, as @BotFather does."""
        number = 100_001 + len(self.bots)
        bot = Account(number, username, f"{number}:test-token")
        self.bots[bot.token] = bot
        return bot

    def person(self, **profile: str) -> Person:
        """Make an account."""
        return Person(next(self._people), **profile)

    def trouble(
        self,
        how: Trouble | None,
        *,
        times: int | None = None,
        methods: frozenset[str] = _SENDS,
    ) -> None:
        """Make calls of these methods fail, as many as said or until `trouble(None)`."""
        self._fault = Fault(how, times, methods) if how else None

    def said(self, bot: Account, chat: int) -> list[Json]:
        """Return the messages of a chat that are there now: a person's and the bot's."""
        return self.chats.get((bot.token, chat), [])

    def hand(self, bot: Account, kind: str, content: Json) -> int:
        """Have an update come to a bot; return its number."""

        async def handed() -> int:
            number = next(bot.numbers.updates)
            if not bot.kinds or kind in bot.kinds:
                self._queue(bot, {"update_id": number, kind: content})
            return number

        return self._wire.run(handed())

    def unhook(self, bot: Account) -> None:
        """Call the bot's webhook no more."""
        self._wire.run(self._unhook(bot, {}))

    def _queue(self, bot: Account, update: Json) -> None:
        bot.updates.append(update)
        bot.new.set()

    async def _answer(self, asked: Asked) -> Answer | None:
        token, _, method = asked.path.removeprefix("/bot").partition("/")
        method = method.lower()
        bot = self.bots.get(token)
        if bot is None:
            return _refused(ApiError(401, "Unauthorized"))
        fault = self._faulty(method)
        if self.pace and method in _SENDS:
            await asyncio.sleep(self.pace)
        if fault == "timeout":
            await asyncio.sleep(3)
            return None
        if fault and fault != "drop":
            return _FAULTS[fault]
        answer = await self._called(bot, method, asked.arguments)
        return None if fault == "drop" else answer

    def _faulty(self, method: str) -> Trouble | None:
        fault = self._fault
        if fault is None or method not in fault.methods or fault.times == 0:
            return None
        if fault.times is not None:
            fault.times -= 1
        return fault.how

    async def _called(self, bot: Account, method: str, arguments: Json) -> Answer:
        work = _METHODS.get(method)
        if work is None:
            return _refused(ApiError(404, "Not Found"))
        self.calls.append((method, arguments))
        try:
            return Answer(200, {"ok": True, "result": await work(self, bot, arguments)})
        except ApiError as error:
            return _refused(error)

    # -- what bots say

    async def _send_message(self, bot: Account, given: Json) -> Json:
        rules = text_rules.body(given, name="text", longest=text_rules.LONGEST, empty=False)
        return self._keep(bot, given, rules)

    async def _send_document(self, bot: Account, given: Json) -> Json:
        longest = text_rules.LONGEST_CAPTION
        content = text_rules.body(given, name="caption", longest=longest, empty=True)
        file = given.get("document")
        if not isinstance(file, tuple):
            raise bad("there is no document in the request")
        content["document"] = {
            "file_id": "BQAC",
            "file_unique_id": "AgAD",
            "file_name": file[0],
            "file_size": len(file[1]),
        }
        return self._keep(bot, given, content)

    async def _send_photo(self, bot: Account, given: Json) -> Json:
        longest = text_rules.LONGEST_CAPTION
        content = text_rules.body(given, name="caption", longest=longest, empty=True)
        file = given.get("photo")
        if not isinstance(file, tuple):
            raise bad("there is no photo in the request")
        if not file[1].startswith(b"\x89PNG"):
            raise bad("IMAGE_PROCESS_FAILED")
        wide, high = (int.from_bytes(file[1][n : n + 4], "big") for n in (16, 20))
        if wide + high > 10_000 or max(wide, high) > 20 * min(wide, high):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        size = {"file_id": "AgAC", "file_unique_id": "AQAD", "width": wide, "height": high}
        content["photo"] = [size | {"file_size": len(file[1])}]
        return self._keep(bot, given, content)

    def _keep(self, bot: Account, given: Json, content: Json) -> Json:
        chat = self._chat(bot, given)
        shown = text_rules.markup(given)
        if shown:
            content["reply_markup"] = shown
        number = next(bot.numbers.messages)
        made = message(number, bot.user(), chat, **content)
        reply = _json(given.get("reply_parameters"))
        if reply:
            made["reply_to_message"] = {
                "message_id": reply["message_id"],
                "chat": chat,
                "date": made["date"],
            }
        self.chats.setdefault((bot.token, chat["id"]), []).append(made)
        if shown and "inline_keyboard" not in shown:  # a keyboard of the reader's is not told
            return {key: value for key, value in made.items() if key != "reply_markup"}
        return made

    def _chat(self, bot: Account, given: Json) -> Json:
        try:
            chat = int(given["chat_id"])
        except (KeyError, ValueError):
            raise bad("chat_id is empty") from None
        if chat in bot.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if chat not in bot.started:
            raise bad("chat not found")
        return {"id": chat, "type": "private" if chat > 0 else "supergroup", "title": "x"}

    async def _edit_text(self, bot: Account, given: Json) -> Json:
        return self._edit(bot, given, "text", text_rules.LONGEST)

    async def _edit_caption(self, bot: Account, given: Json) -> Json:
        return self._edit(bot, given, "caption", text_rules.LONGEST_CAPTION)

    async def _edit_markup(self, bot: Account, given: Json) -> Json:
        return self._edit(bot, given, "", 0)

    def _edit(self, bot: Account, given: Json, name: str, longest: int) -> Json:
        chat = self._chat(bot, given)["id"]
        number = int(given.get("message_id", 0))
        kept = self.chats.get((bot.token, chat), [])
        found = next((m for m in kept if m["message_id"] == number), None)
        if found is None or not found["from"]["is_bot"]:
            raise bad("message to edit not found" if found is None else "message can't be edited")
        if name and name not in found:
            raise bad(f"there is no {name} in the message to edit")
        content = text_rules.body(given, name=name, longest=longest, empty=False) if name else {}
        shown = text_rules.markup(given)
        changed = {**found, **content} | ({"reply_markup": shown} if shown else {})
        if not shown:
            changed.pop("reply_markup", None)
        if changed == found:
            raise bad("message is not modified: specified new message content and reply markup are")
        kept[kept.index(found)] = changed
        return changed | {"edit_date": int(time.time())}

    async def _acknowledge(self, bot: Account, given: Json) -> bool:
        del bot
        if self.presses.get(given.get("callback_query_id", ""), True):
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self.presses[given["callback_query_id"]] = True
        return True

    # -- how updates come to bots

    async def _get_updates(self, bot: Account, given: Json) -> list[Json]:
        if bot.webhook:
            raise ApiError(409, _HOOKED)
        bot.poll += 1
        mine = bot.poll
        bot.new.set()  # whoever waits already is sent away
        if given.get("allowed_updates"):
            bot.kinds = tuple(_json(given["allowed_updates"]))
        offset = int(given.get("offset") or 0)
        bot.confirmed += [u["update_id"] for u in bot.updates if u["update_id"] < offset]
        bot.updates = [u for u in bot.updates if u["update_id"] >= offset]
        until = time.monotonic() + float(given.get("timeout") or 0)
        while not bot.updates and time.monotonic() < until:
            bot.new.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bot.new.wait(), until - time.monotonic())
            if bot.poll != mine:
                raise ApiError(409, _CONFLICT)
        return bot.updates[: int(given.get("limit") or 100)]

    async def _set_webhook(self, bot: Account, given: Json) -> bool:
        url = given.get("url", "")
        if not url.startswith("https://"):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        proof = given.get("secret_token", "")
        if not all(c.isalnum() or c in "_-" for c in proof) or len(proof) > 256:
            raise bad("secret token contains unallowed characters")
        await self._unhook(bot, given)
        bot.kinds = tuple(_json(given.get("allowed_updates")) or ())
        bot.webhook = Webhook(url, proof, bot.kinds)
        self._posting[bot.token] = asyncio.create_task(self._post(bot, bot.webhook))
        return True

    async def _delete_webhook(self, bot: Account, given: Json) -> bool:
        await self._unhook(bot, given)
        return True

    async def _unhook(self, bot: Account, given: Json) -> None:
        task = self._posting.pop(bot.token, None)
        if task:
            task.cancel()
        bot.webhook = None
        if str(given.get("drop_pending_updates")).lower() == "true":
            bot.updates.clear()

    async def _post(self, bot: Account, hook: Webhook) -> None:
        """Call the webhook for each update until it answers 200; make the call that it replies."""
        public = next((p for p in self.reach if hook.url.startswith(p)), None)
        url = hook.url.replace(public, self.reach[public]) if public else None
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.proof} if hook.proof else {}
        async with httpx.AsyncClient(timeout=5) as client:
            tries = 0
            while True:
                if not bot.updates:
                    bot.new.clear()
                    await bot.new.wait()
                    continue
                bot.hooked += 1
                error, said = await _posted(client, url, bot.updates[0], headers)
                if not error:
                    bot.confirmed.append(bot.updates.pop(0)["update_id"])
                    if said:
                        await self._called(bot, str(said.pop("method")).lower(), said)
                    tries = 0
                    continue
                hook.error, hook.error_at = error, int(time.time())
                await asyncio.sleep(_RETRY[min(tries, len(_RETRY) - 1)])
                tries += 1

    async def _webhook_info(self, bot: Account, given: Json) -> Json:
        del given
        hook = bot.webhook
        made: Json = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(bot.updates),
        }
        if hook and hook.error:
            made |= {"last_error_message": hook.error, "last_error_date": hook.error_at}
        if hook and hook.kinds:
            made |= {"allowed_updates": list(hook.kinds)}
        return made

    # -- who the bot is

    async def _get_me(self, bot: Account, given: Json) -> Json:
        del given
        return bot.user() | {"can_join_groups": True, "can_read_all_group_messages": False}


Method = Callable[[FakeTelegram, Account, Json], Awaitable[Any]]
_METHODS: dict[str, Method] = {
    "sendmessage": FakeTelegram._send_message,
    "senddocument": FakeTelegram._send_document,
    "sendphoto": FakeTelegram._send_photo,
    "editmessagetext": FakeTelegram._edit_text,
    "editmessagecaption": FakeTelegram._edit_caption,
    "editmessagereplymarkup": FakeTelegram._edit_markup,
    "answercallbackquery": FakeTelegram._acknowledge,
    "getupdates": FakeTelegram._get_updates,
    "setwebhook": FakeTelegram._set_webhook,
    "deletewebhook": FakeTelegram._delete_webhook,
    "getwebhookinfo": FakeTelegram._webhook_info,
    "getme": FakeTelegram._get_me,
    "setmycommands": lambda _, bot, given: menus.put(bot, given),
    "getmycommands": lambda _, bot, given: menus.get(bot, given),
    "deletemycommands": lambda _, bot, given: menus.delete(bot, given),
}


def _refused(error: ApiError) -> Answer:
    said: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        said["parameters"] = error.parameters
    return Answer(error.code, said)


_FAULTS: dict[str, Answer] = {
    "429": _refused(ApiError(429, "Too Many Requests: retry after 1", retry_after=1)),
    "500": _refused(ApiError(500, "Internal Server Error")),
    "401": _refused(ApiError(401, "Unauthorized")),
    "permanent": _refused(ApiError(403, "Forbidden: user is deactivated")),
    "garbage": Answer(200, {"ok": True, "result": {"unheard": "of"}}),
}


def _json(given: Any) -> Any:  # noqa: ANN401 - JSON is whatever it is
    return json.loads(given) if isinstance(given, str) else given


async def _posted(
    client: httpx.AsyncClient, url: str | None, update: Json, headers: dict[str, str]
) -> tuple[str, Json]:
    """Call a webhook; return what went wrong, and the call of ours that it replies with."""
    if url is None:
        return "Connection refused", {}
    try:
        answer = await client.post(url, json=update, headers=headers)
    except httpx.HTTPError as error:
        return type(error).__name__, {}
    if answer.status_code != 200:
        return f"Wrong response from the webhook: {answer.status_code}", {}
    try:
        said = answer.json()
    except ValueError:
        return "", {}
    return "", said if isinstance(said, dict) and "method" in said else {}
