"""The queues between a wake and a worker: in this process, or over Redis. Rows are the truth.

A wake is a hint, "look at this address", and a job that finds nothing to do ends at once. So
nothing here is durable, nothing is retried, and no error of a queue reaches whoever woke: a wake
that is lost is found by the tick. Actors take ids only, and give no results.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol, Self
from uuid import uuid4

import dramatiq
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.brokers.stub import StubBroker
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.db import Wake
from workers import tick
from workers.hands import Pools
from workers.jobs import JOBS, attempt
from workers.runtime import Runtime

THREADS = 8
_NAMESPACE = "slotkeeper"
_LOCAL_IDLE, _REDIS_IDLE = 250, 1000  # milliseconds between two looks at an empty queue
_LONG = 500  # wakes in a queue; what the tick finds need not be added to them
_WAKES = 16  # of idle consumers, kept where none is idle
_PAUSE = 1.0  # seconds without a further try once Redis did not answer

_log = structlog.get_logger()


class Wakes(Protocol):
    """Hands wakes to whoever works."""

    def send(self, wakes: Sequence[Wake]) -> bool:
        """Hand them over and say whether that worked; never raises."""


class LocalWakes:
    """The queue within this process: a wake that waits already is not queued again."""

    def __init__(self) -> None:
        self.broker = StubBroker(middleware=[])
        self._waiting: set[Wake] = set()
        self._lock = threading.Lock()

    def send(self, wakes: Sequence[Wake]) -> bool:
        """Queue what does not wait yet."""
        for wake in wakes:
            with self._lock:
                known = wake in self._waiting
                self._waiting.add(wake)
            if not known:
                self.broker.enqueue(_message(wake))
        return True

    def taken(self, wake: Wake) -> None:
        """Let a wake be queued again: whoever took it is about to look."""
        with self._lock:
            self._waiting.discard(wake)


class RedisWakes:
    """The queue over Redis. Where it is down, `send` gives up at once and for a second.

    `patience` is how many seconds an answer of the server may take.
    """

    def __init__(self, url: str, *, patience: float = 0.5) -> None:
        self.client = client(url, patience=patience)
        self.broker = WakingBroker(client=self.client)
        self._mute_until = 0.0
        self._down = False

    def send(self, wakes: Sequence[Wake]) -> bool:
        """Queue them; False where Redis does not take them."""
        return self._tried(lambda: self._queue(wakes))

    def again(self, wakes: Sequence[Wake]) -> bool:
        """Queue what was perhaps lost; not where much waits already, for it may be among that.

        Without this, a tick whose workers are all away would pile up the same wakes for hours.
        """
        return self._tried(lambda: self._queue([w for w in wakes if not self._long(w.kind)]))

    def _queue(self, wakes: Sequence[Wake]) -> None:
        self.broker.enqueue_all([_message(wake) for wake in wakes])

    def _long(self, kind: str) -> bool:
        waiting: Any = self.client.llen(f"{self.broker.namespace}:{kind}")
        return int(waiting) >= _LONG

    def _tried(self, work: Callable[[], None]) -> bool:
        if time.monotonic() < self._mute_until:
            return False
        try:
            work()
        except redis.RedisError as error:
            self._mute_until = time.monotonic() + _PAUSE
            if not self._down:
                _log.warning("redis away", error=str(error))
            self._down = True
            return False
        if self._down:
            _log.info("redis back")
            self._down = False
        return True


class WakingBroker(RedisBroker):
    """A RedisBroker whose idle consumers block on a list of wakes, where its own would sleep.

    From an idle send to a worker's start it is 2 ms this way, against 310 to 376 ms. Whatever a
    killed worker had fetched comes back after 5 s, though the tick is usually faster.
    """

    def __init__(self, *, client: redis.Redis) -> None:
        super().__init__(  # type: ignore[no-untyped-call] # Dramatiq types only some of itself
            client=client,
            middleware=[],
            namespace=_NAMESPACE,
            heartbeat_timeout=5_000,
            maintenance_chance=1_000_000,
        )

    @property
    def consumer_class(self) -> type[_RedisConsumer]:
        """Say what consumes: `consume` of the base class makes it."""
        return WakingConsumer

    def waking(self, queue: str) -> str:
        """Name the list that a queue's idle consumers block on."""
        return f"{self.namespace}:{queue}:wake"

    def declare_queue(self, queue_name: str) -> None:
        """Declare a queue without one for delayed messages: the rows know what is due when."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def enqueue(
        self, message: dramatiq.Message[Any], *, delay: int | None = None
    ) -> dramatiq.Message[Any]:
        """Queue a message, at once, whatever the delay: the rows know what is due when."""
        del delay
        self.enqueue_all([message])
        return message

    def enqueue_all(self, messages: Sequence[dramatiq.Message[Any]]) -> None:
        """Queue messages and wake idle consumers, in one exchange with the server.

        One for each message took a tick more than a second for a batch on a busy machine. The rows
        written are those of Dramatiq's own script. A few wakes are kept, more say nothing.
        """
        queues: dict[str, dict[str, bytes]] = {}
        for message in messages:
            key = str(uuid4())
            copy = message.copy(options={"redis_message_id": key})
            queues.setdefault(message.queue_name, {})[key] = copy.encode()
        pipeline = self.client.pipeline()
        for name, waiting in queues.items():
            pipeline.hset(f"{self.namespace}:{name}.msgs", mapping=dict(waiting.items()))
            pipeline.rpush(f"{self.namespace}:{name}", *waiting)
            pipeline.lpush(self.waking(name), *[1] * min(len(waiting), _WAKES))
            pipeline.ltrim(self.waking(name), 0, _WAKES - 1)
        pipeline.execute()


class WakingConsumer(_RedisConsumer):
    """Fetches; where there is nothing, blocks until a wake or for the idle time."""

    broker: WakingBroker
    _down = False

    def __next__(self) -> dramatiq.MessageProxy | None:
        """Return the next message, None where there is none; an outage is waited out."""
        try:
            found = self._cached()
        except redis.RedisError as error:
            if not self._down:
                _log.warning("redis away", queue=self.queue_name, error=str(error))
            self._down = True
            time.sleep(_PAUSE / 2)
            return None
        if self._down:
            _log.info("redis back", queue=self.queue_name)
        self._down = False
        return super().__next__() if found else None  # type: ignore[no-untyped-call] # as above

    def _cached(self) -> bool:
        if self.message_cache:
            return True
        room = self.prefetch - self.outstanding_message_count
        if room <= 0:
            time.sleep(0.005)  # every thread has work, and as much again waits for it
            return False
        self.message_cache = self.broker.do_fetch(self.queue_name, room)
        if not self.message_cache:
            key = self.broker.waking(self.queue_name)
            self.broker.client.blpop([key], timeout=self.timeout / 1000)
        return bool(self.message_cache)

    def ack(self, message: dramatiq.MessageProxy) -> None:
        """Say that a message is dealt with; where that is lost, it comes back and finds nothing."""
        with contextlib.suppress(redis.RedisError, dramatiq.errors.ConnectionError):
            super().ack(message)  # type: ignore[no-untyped-call] # as above

    def requeue(self, messages: Iterable[dramatiq.MessageProxy]) -> None:
        """Give back what was fetched and not begun."""
        with contextlib.suppress(redis.RedisError):
            super().requeue(messages)  # type: ignore[no-untyped-call] # as above


def client(url: str, *, patience: float) -> redis.Redis:
    """Make a client that says at once when the server is down; redis-py itself tries for 3.6 s."""
    return redis.Redis.from_url(
        url,
        socket_timeout=patience,
        socket_connect_timeout=min(patience, 0.5),
        retry=Retry(NoBackoff(), 0),
    )


def _message(wake: Wake) -> dramatiq.Message[None]:
    return dramatiq.Message(
        queue_name=wake.kind,
        actor_name=wake.kind,
        args=(wake.business, wake.subject),
        kwargs={},
        options={},
    )


def _declare(broker: dramatiq.Broker, runtime: Runtime, taken: Callable[[Wake], None]) -> None:
    """Declare the actors: one a job, each with a queue of its own, none before another.

    A worker fetches as much of each queue: so a flood of messages never holds up what falls due.
    """

    def actor(kind: str) -> None:
        def act(business: int, subject: int) -> None:
            wake = Wake(kind, business, subject)
            taken(wake)
            attempt(runtime, wake)

        dramatiq.actor(actor_name=kind, queue_name=kind, broker=broker)(act)

    for kind in JOBS:
        actor(kind)


class Workers:
    """Threads that work until `stop`; a worker killed instead leaves only what the tick finds."""

    def __init__(self, broker: dramatiq.Broker, hands: Pools, *, threads: int, idle: int) -> None:
        self._hands = hands
        self._worker = dramatiq.Worker(broker, worker_threads=threads, worker_timeout=idle)
        self._worker.start()

    def stop(self, patience: float = 30.0) -> None:
        """Finish what is begun, for so many seconds at most; give back the rest."""
        self._worker.stop(timeout=int(patience * 1000))
        self._hands.stop()


class Local:
    """Workers and a tick in this process; `stop` ends both. Wakes of the database go to them."""

    def __init__(self, runtime: Runtime, *, threads: int) -> None:
        wakes = LocalWakes()
        hands = Pools()
        runtime = replace(runtime, hands=hands)
        _declare(wakes.broker, runtime, wakes.taken)
        self.database = runtime.database
        self.workers = Workers(wakes.broker, hands, threads=threads, idle=_LOCAL_IDLE)
        self.database.wake = wakes.send
        self._ending = threading.Event()
        self._tick = threading.Thread(
            target=tick.run, args=(runtime, wakes.send, self._ending), name="tick", daemon=True
        )
        self._tick.start()

    def stop(self) -> None:
        """Stop looking for work, and finish what is begun."""
        self._ending.set()
        self._tick.join()
        self.database.wake = lambda _wakes: None
        self.workers.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def local(runtime: Runtime, *, threads: int = THREADS) -> Local:
    """Start workers and a tick in this process: all that a single process needs."""
    return Local(runtime, threads=threads)


def remote(runtime: Runtime, url: str, *, threads: int = THREADS) -> Workers:
    """Start workers on the queues of a Redis server; it may be down, and may go away."""
    broker = WakingBroker(client=client(url, patience=5.0))
    hands = Pools()
    _declare(broker, replace(runtime, hands=hands), lambda _wake: None)
    return Workers(broker, hands, threads=threads, idle=_REDIS_IDLE)
