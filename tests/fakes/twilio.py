"""A fake Twilio: a server written from the published API documentation.

Messages, accounts, incoming phone numbers and messaging services over HTTP; what Twilio would call
us with is made by `inbound` and `report`, signed by the library's own validator. It keeps the law
of STOP and START as Twilio does, by default or with Advanced Opt-Out, and WhatsApp's window.
"""

import base64
import itertools
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from twilio.request_validator import RequestValidator

from support.vendors import PUBLIC, Post, Trouble

ACCOUNT = "AC" + "0" * 32
TOKEN = "test-token"  # noqa: S105 - the fake's own
NUMBER = "+12125550100"
_TWILIO_NUMBER = re.compile(r"(whatsapp:)?\+[1-9]\d{7,14}")
_STOP = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
_START = {"start", "unstop", "yes"}
_HELP = {"help", "info"}


@dataclass
class Message:
    """A message that Twilio took."""

    sid: str
    fields: Mapping[str, str]

    @property
    def to(self) -> str:
        """Return the reader's number, on either channel."""
        return self.fields["To"].removeprefix("whatsapp:")

    @property
    def text(self) -> str:
        """Return what the reader sees; of a template its first variable."""
        variables = json.loads(self.fields.get("ContentVariables", "{}"))
        return self.fields.get("Body") or variables.get("1", "")


@dataclass
class Number:
    """A phone number of the account."""

    sid: str
    phone_number: str
    sms_url: str = ""
    sms_method: str = "POST"
    capabilities: Mapping[str, bool] = field(default_factory=lambda: {"sms": True, "voice": True})


class FakeTwilio:
    """One account. `advanced` holds the words of Advanced Opt-Out, None where it is not used."""

    def __init__(self, *, advanced: Mapping[str, set[str]] | None = None) -> None:
        self.advanced = advanced
        self.messages: list[Message] = []
        self.replies: list[tuple[str, str]] = []  # what Twilio itself answered: reader, words
        self.blocked: set[str] = set()
        self.windows: set[str] = set()  # who wrote on WhatsApp within a day
        self.numbers = [Number("PN" + "1" * 32, NUMBER), Number("PN" + "2" * 32, "+12125550199")]
        self.services: dict[str, dict[str, object]] = {}
        self.status = "active"
        self.requests = 0
        self.stall = 1.0  # seconds until it hangs up on what it does not answer
        self._trouble: tuple[Trouble, int | None] | None = None
        self._answer: tuple[int, dict[str, object]] | None = None
        self._accepts: int | None = None
        self._pace = 0.0
        self._lock = threading.Lock()
        self._sids = itertools.count(1)
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def settings(self) -> dict[str, str]:
        """What a process is told in its environment, to send through here."""
        return {
            "SLOTKEEPER_TWILIO_ACCOUNT_SID": ACCOUNT,
            "SLOTKEEPER_TWILIO_AUTH_TOKENS": TOKEN,
            "SLOTKEEPER_TWILIO_BASE_URL": self.url,
        }

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def trouble(self, how: Trouble | None, *, times: int | None = None) -> None:
        """Make the next messages fail, as many as said or until told otherwise."""
        with self._lock:
            self._trouble, self._accepts = (how, times) if how else None, None

    def refuse(self, status: int, code: int) -> None:
        """Answer every message with this error."""
        self._answer = failure(status, code, "refused")

    def garble(self) -> None:
        """Answer every message with what is none of Twilio's."""
        self._answer = 200, {"hello": "world"}

    def accept(self, count: int) -> None:
        """Take so many messages more; then fail as a server does."""
        with self._lock:
            self._accepts = count

    def pace(self, seconds: float) -> None:
        """Take so long for each message."""
        self._pace = seconds

    def texts(self, to: str) -> list[str]:
        """Return what a number got, in order."""
        with self._lock:
            return [message.text for message in self.messages if message.to == to]

    def inbound(
        self, sender: str, words: str, *, message: int, whatsapp: bool = False, **more: str
    ) -> Post:
        """Take somebody's message, act on it as a carrier does, and return the call to our door."""
        prefix = "whatsapp:" if whatsapp else ""
        said = {
            "MessageSid": f"SM{message:032x}",
            "SmsSid": f"SM{message:032x}",
            "SmsMessageSid": f"SM{message:032x}",
            "AccountSid": ACCOUNT,
            "From": prefix + sender,
            "To": prefix + NUMBER,
            "Body": words,
            "NumMedia": "0",
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
        }
        if whatsapp:
            self.windows.add(sender)
            said |= {"WaId": sender[1:], "ProfileName": "Maya", "MessageType": "text"}
        said |= self._carrier(sender, words.strip().lower(), whatsapp=whatsapp)
        return signed("/sms", said | more)

    def _carrier(self, sender: str, word: str, *, whatsapp: bool) -> dict[str, str]:
        """Opt somebody out or in; return what the webhook says of it."""
        if whatsapp and self.advanced is None:
            return {}
        words = self.advanced or {"STOP": _STOP, "START": _START, "HELP": _HELP}
        kind = next((kind for kind, known in words.items() if word in known), None)
        if kind == "START" and sender not in self.blocked:
            kind = None
        if kind is None:
            return {}
        self.replies.append((sender, kind))
        if kind == "STOP":
            self.blocked.add(sender)
        elif kind == "START":
            self.blocked.discard(sender)
        return {"OptOutType": kind} if self.advanced is not None else {}

    def report(self, message: Message, state: str, error: int | None = None) -> Post:
        """Return the call that says what became of a message."""
        url = message.fields["StatusCallback"]
        said = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsStatus": state,
            "MessageStatus": state,
            "To": message.fields["To"],
            "From": message.fields.get("From", ""),
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
        }
        if error is not None:
            said["ErrorCode"] = str(error)
        return signed(urlsplit(url).path, said)

    def create(self, fields: Mapping[str, str]) -> tuple[int, dict[str, object]]:
        """Answer a request to send."""
        with self._lock:
            self.requests += 1
            refusal = self._answer or self._refusal(fields)
            if refusal is not None:
                return refusal
            return 201, self._take(fields)

    def _take(self, fields: Mapping[str, str]) -> dict[str, object]:
        sid = f"SM{next(self._sids) + 0xF000:032x}"
        self.messages.append(Message(sid, dict(fields)))
        return {
            "sid": sid,
            "status": "queued",
            "account_sid": ACCOUNT,
            "to": fields["To"],
            "from": fields.get("From"),
            "body": fields.get("Body", ""),
            "num_segments": "1",
            "error_code": None,
            "error_message": None,
        }

    def _refusal(self, fields: Mapping[str, str]) -> tuple[int, dict[str, object]] | None:
        to, body = fields.get("To", ""), fields.get("Body", "")
        checks = (
            (not to, 21604, "A 'To' phone number is required."),
            (not _TWILIO_NUMBER.fullmatch(to), 21211, f"The 'To' number {to} is not valid."),
            (not (fields.get("From") or fields.get("MessagingServiceSid")), 21603, "No 'From'."),
            (fields.get("From", NUMBER).removeprefix("whatsapp:") != NUMBER, 21606, "Not yours."),
            (not (body or fields.get("ContentSid")), 21602, "Message body is required."),
            (len(body.encode("utf-16-le")) > 3200, 21617, "The message body exceeds 1600."),
            (not fields.get("StatusCallback", PUBLIC).startswith("https://"), 21609, "Invalid."),
            (
                to.removeprefix("whatsapp:") in self.blocked,
                21610,
                "Attempt to send to unsubscribed",
            ),
        )
        for wrong, code, words in checks:
            if wrong:
                return failure(400, code, words)
        return None

    def lost(self, message: Message) -> int | None:
        """Return the error by which a message that was taken does not arrive."""
        late = message.fields["To"].startswith("whatsapp:") and message.to not in self.windows
        return 63016 if late and not message.fields.get("ContentSid") else None

    def troubled(self) -> Trouble | None:
        """Take one of the troubles that were ordered."""
        with self._lock:
            if self._accepts is not None:
                self._accepts -= 1
                return "500" if self._accepts < 0 else None
            if self._trouble is None:
                return None
            how, times = self._trouble
            if times is not None:
                self._trouble = (how, times - 1) if times > 1 else None
            return how

    def slow(self) -> None:
        """Take the time that was ordered."""
        time.sleep(self._pace)


def failure(status: int, code: int, words: str) -> tuple[int, dict[str, object]]:
    """Return an error as Twilio words it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return status, {"code": code, "message": words, "more_info": more, "status": status}


def signed(path: str, said: Mapping[str, str], *, token: str = TOKEN) -> Post:
    """Return a form as Twilio posts it."""
    signature = RequestValidator(token).compute_signature(PUBLIC + path, dict(said))
    return Post(
        path,
        urlencode(said).encode(),
        {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": signature,
            "I-Twilio-Idempotency-Token": "test",
        },
    )


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def __init__(self, fake: FakeTwilio) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    disable_nagle_algorithm = True
    timeout = 30

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        fields = dict(parse_qsl(body, keep_blank_values=True))
        key = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {key}":
            self._say(*failure(401, 20003, "Authenticate"))
            return
        path = urlsplit(self.path).path
        if path.endswith("/Messages.json") and self.command == "POST":
            self._message(fields)
        else:
            self._say(*self._resource(path, fields))

    def _message(self, fields: dict[str, str]) -> None:
        fake = self.server.fake
        fake.slow()
        how = fake.troubled()
        if how == "429":
            self._say(*failure(429, 20429, "Too Many Requests"), retry="1")
        elif how == "500":
            self._say(*failure(500, 20500, "Internal Server Error"))
        elif how == "permanent":
            self._say(*failure(400, 21211, "Invalid 'To' Phone Number"))
        elif how == "timeout":
            time.sleep(fake.stall)
            self.close_connection = True
        elif how == "drop":
            fake.create(fields)
            self.close_connection = True
        else:
            status, said = fake.create(fields)
            self._say(status, said, retry="1" if status == 429 else "")

    def _resource(self, path: str, fields: dict[str, str]) -> tuple[int, dict[str, object]]:
        fake, posted = self.server.fake, self.command == "POST"
        if path == f"/2010-04-01/Accounts/{ACCOUNT}.json":
            return 200, {"sid": ACCOUNT, "status": fake.status, "friendly_name": "Juniper"}
        if path.endswith("/IncomingPhoneNumbers.json"):
            wanted = dict(parse_qsl(urlsplit(self.path).query)).get("PhoneNumber", "")
            found = [vars(n) for n in fake.numbers if wanted in n.phone_number]
            return 200, {"incoming_phone_numbers": found, "page": 0, "next_page_uri": None}
        for number in fake.numbers:
            if path.endswith(f"/IncomingPhoneNumbers/{number.sid}.json"):
                number.sms_url = fields.get("SmsUrl", number.sms_url)
                number.sms_method = fields.get("SmsMethod", number.sms_method)
                return 200, vars(number)
        sid = path.removeprefix("/v1/Services/")
        if sid in fake.services:
            if posted:
                fake.services[sid] |= {
                    "inbound_request_url": fields["InboundRequestUrl"],
                    "inbound_method": fields["InboundMethod"],
                    "use_inbound_webhook_on_number": False,
                }
            return 200, {"sid": sid, **fake.services[sid]}
        return failure(404, 20404, f"The requested resource {path} was not found")

    def _say(self, status: int, said: dict[str, object], *, retry: str = "") -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if retry:
            self.send_header("Retry-After", retry)
        self.end_headers()
        self.wfile.write(body)
