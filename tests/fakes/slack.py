"""A fake Slack: its Web API, its events and presses, `response_url` and Socket Mode, over HTTP.

Written from https://docs.slack.dev. It takes what Slack takes and refuses what Slack refuses: a
message without text, blocks that are too long or too many, users and channels that are not there.
"""

import asyncio
import itertools
import json
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import WSMsgType, web

SECRET = "test-signing-secret"  # noqa: S105 - of the fake
TOKEN = "test-token"  # noqa: S105 - likewise
APP_TOKEN = "test-app-token"  # noqa: S105 - likewise
TEAM, APP, BOT = "T0JUNIPER", "A0SLOTKEEPER", "U0BOT"
SCOPES = "app_mentions:read,chat:write,commands,files:write,im:history,im:write,users:read"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Called:
    """A call of the Web API: its method, its arguments, and the token it came with."""

    method: str
    facts: Mapping[str, Any]
    token: str


@dataclass
class Message:
    """A message as it stands now, in the direct messages of a user, or in a channel."""

    to: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    updates: int = 0
    file: str = ""  # the id of the file that it shares

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """Return its buttons."""
        rows = [block["elements"] for block in self.blocks if block["type"] == "actions"]
        return [button for row in rows for button in row]


@dataclass
class Trouble:
    """How calls of some methods fail; `times` None: until told otherwise."""

    how: str
    methods: frozenset[str]
    times: int | None = None
    hold: float = 2.0

    def strikes(self, method: str) -> bool:
        """Say whether this call fails, and count it."""
        if method not in self.methods or self.times == 0:
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class Slack:
    """One Slack with one workspace, running as long as the context lasts."""

    called: list[Called] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)  # users that are not there
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)  # what came to a response_url
    tokens: dict[str, str] = field(default_factory=lambda: {TOKEN: TEAM})
    codes: dict[str, str] = field(default_factory=dict)  # OAuth codes, the team of each
    scopes: str = SCOPES
    pace: float = 0.0
    trouble: Trouble | None = None
    acknowledged: list[dict[str, Any]] = field(default_factory=list)  # over Socket Mode
    greeted: int = 0  # Socket Mode connections so far

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._sockets: set[web.WebSocketResponse] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-slack")
        self._thread.start()
        self.url = self._wait(self._open())

    @property
    def api(self) -> str:
        """The base URL of the Web API."""
        return f"{self.url}/api/"

    def close(self) -> None:
        """Stop it."""
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def fail(
        self, how: str | None, *, times: int | None = None, methods: tuple[str, ...] = ()
    ) -> None:
        """Make calls fail: "429", "500", "timeout", "drop", or an error by Slack's name of it."""
        of = frozenset(methods or ("chat.postMessage",))
        self.trouble = Trouble(how, of, times) if how else None

    def of(self, method: str) -> list[Called]:
        """Return the calls of one method."""
        return [call for call in self.called if call.method == method]

    def told(self, user: str) -> list[Message]:
        """Return the direct messages to a user, in their order."""
        return [message for message in self.messages if message.to == user]

    # Socket Mode

    def push(self, kind: str, payload: Mapping[str, Any], *, envelope: str) -> None:
        """Send an envelope of a kind ("events_api", "interactive") over the open connection."""
        said = {
            "type": kind,
            "envelope_id": envelope,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        self._wait(self._push(json.dumps(said)))

    def hang_up(self) -> None:
        """Close every Socket Mode connection, as Slack does when it renews its servers."""
        self._wait(self._hang_up())

    @property
    def listening(self) -> int:
        """How many Socket Mode connections are open."""
        return len(self._sockets)

    async def _push(self, said: str) -> None:
        for socket in self._sockets:
            await socket.send_str(said)

    async def _hang_up(self) -> None:
        for socket in list(self._sockets):
            await socket.close()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=20)

    # The server

    async def _open(self) -> str:
        app = web.Application()
        app.router.add_post("/api/{method}", self._api)
        app.router.add_post("/upload/{number}", self._upload)
        app.router.add_post("/response/{number}", self._response)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=256)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _end(self) -> None:
        await self._runner.cleanup()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        facts = await _facts(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.called.append(Called(method, facts, token))
        if self.pace:
            await asyncio.sleep(self.pace)
        trouble = self.trouble
        if trouble is not None and trouble.strikes(method):
            return await self._fail(request, trouble, method, facts, token)
        return self._answer(method, facts, token)

    async def _fail(
        self, request: web.Request, trouble: Trouble, method: str, facts: dict[str, Any], token: str
    ) -> web.StreamResponse:
        if trouble.how == "429":
            said = {"ok": False, "error": "ratelimited"}
            return web.json_response(said, status=429, headers={"Retry-After": "1"})
        if trouble.how == "500":
            return web.Response(status=500, text="<html>upstream</html>", content_type="text/html")
        if trouble.how == "timeout":
            await asyncio.sleep(trouble.hold)
        elif trouble.how == "drop":
            self._answer(method, facts, token)
        else:
            return web.json_response({"ok": False, "error": trouble.how})
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _answer(self, method: str, facts: dict[str, Any], token: str) -> web.Response:
        name = "_" + "".join(f"_{c.lower()}" if c.isupper() else c for c in method).replace(
            ".", "_"
        )
        work: Callable[[dict[str, Any], str], dict[str, Any] | str] | None
        work = getattr(self, name, None)
        open_ = method in {"oauth.v2.access", "apps.connections.open"}
        if work is None:
            said: dict[str, Any] | str = "unknown_method"
        elif not open_ and token not in self.tokens:
            said = "invalid_auth"
        else:
            with self._lock:
                said = work(facts, token)
        whole = {"ok": False, "error": said} if isinstance(said, str) else {"ok": True, **said}
        return web.json_response(whole, headers={"x-oauth-scopes": self.scopes})

    # The methods of the Web API

    def _auth_test(self, _facts: dict[str, Any], token: str) -> dict[str, Any]:
        return {"team_id": self.tokens[token], "user_id": BOT, "bot_id": "B0BOT", "url": self.url}

    def _chat_post_message(self, facts: dict[str, Any], _token: str) -> dict[str, Any] | str:
        to = str(facts.get("channel", ""))
        if to.startswith("D"):
            to = f"U{to[1:]}"
        if to in self.gone or not to.startswith(("U", "C")):
            return "channel_not_found"
        wrong = _wrong(facts)
        if wrong:
            return wrong
        message = Message(to, self._ts(), facts["text"], facts.get("blocks") or [])
        self.messages.append(message)
        return {"channel": f"D{to[1:]}", "ts": message.ts}

    def _chat_update(self, facts: dict[str, Any], _token: str) -> dict[str, Any] | str:
        found = [m for m in self.messages if m.ts == facts.get("ts")]
        if not found or f"D{found[0].to[1:]}" != facts.get("channel"):
            return "message_not_found"
        wrong = _wrong(facts)
        if wrong:
            return wrong
        found[0].text, found[0].blocks = facts["text"], facts["blocks"]
        found[0].updates += 1
        return {"channel": facts["channel"], "ts": facts["ts"]}

    def _chat_post_ephemeral(self, facts: dict[str, Any], _token: str) -> dict[str, Any] | str:
        return {"message_ts": self._ts()} if facts.get("text") else "no_text"

    def _users_info(self, facts: dict[str, Any], _token: str) -> dict[str, Any] | str:
        user = facts["user"]
        if user in self.gone:
            return "user_not_found"
        known = self.users.get(user, {"real_name": f"Person {user}", "tz": "America/New_York"})
        shown = {k: v for k, v in known.items() if k != "locale" or facts.get("include_locale")}
        return {"user": {"id": user, "profile": {"real_name": known["real_name"]}, **shown}}

    def _conversations_open(self, facts: dict[str, Any], _token: str) -> dict[str, Any] | str:
        user = facts["users"]
        return "user_not_found" if user in self.gone else {"channel": {"id": f"D{user[1:]}"}}

    def _views_publish(self, facts: dict[str, Any], _token: str) -> dict[str, Any] | str:
        view = facts["view"]
        if view.get("type") != "home" or _wrong_blocks(view["blocks"]):
            return "invalid_arguments"
        self.homes[facts["user_id"]] = view
        return {"view": {"id": "V1"}}

    def _files_get_upload_u_r_l_external(
        self, facts: dict[str, Any], _token: str
    ) -> dict[str, Any] | str:
        if "files:write" not in self.scopes:
            return "missing_scope"
        number = next(self._numbers)
        self.files.append({"id": f"F{number}", "name": facts["filename"], "shared": None})
        return {"upload_url": f"{self.url}/upload/{number}", "file_id": f"F{number}"}

    def _files_complete_upload_external(
        self, facts: dict[str, Any], _token: str
    ) -> dict[str, Any] | str:
        done = []
        for given in facts["files"]:
            file = next(f for f in self.files if f["id"] == given["id"])
            file |= {"shared": facts["channel_id"], "comment": facts.get("initial_comment")}
            done.append({"id": file["id"], "title": given.get("title")})
            comment = facts.get("initial_comment") or ""
            to = f"U{facts['channel_id'][1:]}"
            self.messages.append(Message(to, self._ts(), comment, [], file=file["id"]))
        return {"files": done}

    def _apps_connections_open(self, _facts: dict[str, Any], token: str) -> dict[str, Any] | str:
        if token != APP_TOKEN:
            return "invalid_auth"
        return {"url": f"ws{self.url.removeprefix('http')}/socket?ticket={next(self._numbers)}"}

    def _oauth_v2_access(self, facts: dict[str, Any], _token: str) -> dict[str, Any] | str:
        team = self.codes.pop(str(facts.get("code")), None)
        if team is None:
            return "invalid_code"
        token = f"test-token-of-{team}"
        self.tokens[token] = team
        return {
            "access_token": token,
            "token_type": "bot",
            "scope": self.scopes,
            "bot_user_id": BOT,
            "app_id": APP,
            "team": {"id": team, "name": "Juniper Studio"},
            "authed_user": {"id": "U0ADMIN"},
        }

    async def _upload(self, request: web.Request) -> web.Response:
        file = next(f for f in self.files if f["id"] == f"F{request.match_info['number']}")
        file["content"] = await request.read()
        return web.Response(text="OK")

    async def _response(self, request: web.Request) -> web.Response:
        self.answers.append(await request.json())
        return web.Response(text="ok")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.greeted += 1
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._sockets.add(socket)
        try:
            async for said in socket:
                if said.type is WSMsgType.TEXT:
                    self.acknowledged.append(json.loads(said.data))
        finally:
            self._sockets.discard(socket)
        return socket

    def _ts(self) -> str:
        return f"1780000000.{next(self._numbers):06}"

    # What Slack sends

    def response_url(self) -> str:
        """Return an address for answers to one press or command."""
        return f"{self.url}/response/{next(self._numbers)}"


async def _facts(request: web.Request) -> dict[str, Any]:
    """Read arguments as JSON or as a form, in which lists and objects are JSON themselves."""
    if request.content_type == "application/json":
        said: dict[str, Any] = json.loads(await request.read() or b"{}")
        return said
    given = {**request.query, **await request.post()}
    nested = {"blocks", "files", "view"}
    return {k: json.loads(v) if k in nested else v for k, v in given.items()}  # type: ignore[arg-type] # text


def _wrong(facts: Mapping[str, Any]) -> str:
    """Return Slack's name for what is wrong with a message, empty where nothing is."""
    if not facts.get("text"):
        return "no_text"
    if len(facts["text"]) > 40_000:
        return "msg_too_long"
    return "invalid_blocks" if _wrong_blocks(facts.get("blocks") or []) else ""


def _wrong_blocks(blocks: list[dict[str, Any]]) -> bool:
    ids = [e["action_id"] for b in blocks if b["type"] == "actions" for e in b["elements"]]
    if len(blocks) > 50 or len(set(ids)) < len(ids):
        return True
    return any(_WRONG[block["type"]](block) for block in blocks)


_WRONG: dict[str, Callable[[dict[str, Any]], bool]] = {
    "section": lambda b: not 0 < len(b["text"]["text"]) <= 3000,
    "actions": lambda b: (
        not 0 < len(b["elements"]) <= 25
        or any(not 0 < len(e["text"]["text"]) <= 75 for e in b["elements"])
    ),
    "context": lambda b: not 0 < len(b["elements"]) <= 10,
    "divider": lambda _: False,
}
