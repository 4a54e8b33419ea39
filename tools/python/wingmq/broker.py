"""A broker as one access key sees it."""

import json
import urllib.parse
import uuid

from .server import Server
from .wire import WingMqError, request, sign

_SERVICE_PATH = "/apiproxy/v3/queue/"
_OPERATIONS_OF_GET = {
    "queryQueue", "querySpecifyQueue", "querySpecifyQueueAllConsumerGroup", "queryQuota", "consumptionMessage",
    "consumeDeadlettersMessage",
}  # fmt: skip
_DESCRIBED_MAX = 10


def start(
    *, queues=(), clock="real", args=(), log=False, binary=None, access_key="test", secret_key="test", region_id="cn-snxy1"
):
    """Starts a broker of its own.

    queues: texts as `--queue` takes them; clock: `real` or `manual`; args: more options of `wingmq serve`; log: whether its log
    goes to standard error; binary: instead of WINGMQ_BINARY and of `wingmq` on the PATH.
    """
    declared = [option for queue in queues for option in ("--queue", _owned(queue, access_key, region_id))]
    server = Server(["--clock", clock, *declared, *args], binary, log)
    return WingMq(server, access_key, secret_key, region_id)


def unwrap(reply):
    """What a reply's envelope holds, or the reply itself when it has none."""
    inner = reply.get("returnObj")
    if inner is None:
        return reply
    return json.loads(inner["returnObj"] if isinstance(inner, dict) else inner)


class WingMq:
    """A broker as one access key sees it: its own queues, its own faults. The clock is everybody's. Threads may share it."""

    def __init__(self, server, access_key, secret_key, region_id):
        self._server = server
        self.url, self.pid = server.url, server.pid
        self.access_key, self.secret_key, self.region_id = access_key, secret_key, region_id
        self.faults = Faults(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def tenant(self, *, queues=(), access_key=None, secret_key=None):
        """Another access key, and with it another customer, on the same broker."""
        key = access_key or f"tenant-{uuid.uuid4()}"
        tenant = _Tenant(self._server, key, secret_key or self.secret_key, self.region_id)
        for queue in queues:
            tenant.declare(queue)
        return tenant

    def call(self, operation, params=None):
        """A signed call of one of the operations: the reply as it came, or a WingMqError."""
        path = _SERVICE_PATH + operation
        texts = {name: value if isinstance(value, str) else _json(value) for name, value in (params or {}).items()}
        headers = sign(access_key=self.access_key, secret_key=self.secret_key, path=path, values=list(texts.values()))
        headers["Accept-Language"] = "en"
        if operation in _OPERATIONS_OF_GET:
            headers.update({name: _header_text(text) for name, text in texts.items()})
            status, answered, reply = request(self.url, "GET", path, headers)
        else:
            headers["Content-Type"] = "application/json"
            status, answered, reply = request(self.url, "POST", path, headers, _json(params or {}))
        if reply.get("statusCode") == 800:
            return reply
        raise WingMqError(status, reply, _hint(answered, reply))

    def admin(self, method, path, body=None):
        """A call of the control plane, its path without `/__admin`."""
        headers = {} if body is None else {"Content-Type": "application/json"}
        status, _, reply = request(self.url, method, f"/__admin{path}", headers, None if body is None else _json(body))
        if status < 400:
            return reply
        raise WingMqError(status, reply)

    def declare(self, queue):
        """Makes a queue of this key from the text of `--queue`; one that is there and the same is taken."""
        text = _owned(queue, self.access_key, self.region_id)
        return self.admin("POST", "/queues", {"queue": text, "if_missing": True})

    def ids(self, queue, group=None):
        """`regionId` and `queueId`, with a group also `consumerGroupId`: what a call wants instead of names."""
        found = self.admin("GET", self._path(queue))
        ids = {"regionId": found["region"], "queueId": found["id"]}
        if group is None:
            return ids
        of_group = [each["id"] for each in found["groups"] if each["name"] == group]
        if not of_group:
            raise LookupError(f"{queue} has no group {group}")
        return {**ids, "consumerGroupId": of_group[0]}

    def advance(self, by):
        """Moves the clock: "30s", milliseconds, or "next" for the next thing that is due."""
        return self.admin("POST", "/clock/advance", {"to": "next"} if by == "next" else {"by": by})

    def wait(self, queue, group, until, timeout="10s"):
        """Waits until the conditions hold together: "drained", "available>=3" …; after the timeout a WingMqError."""
        return self.admin("GET", "/wait" + self._query(queue=queue, group=group, until=until, timeout=timeout))

    def peek(self, queue, group=None, state=None):
        """All messages, with a group as that group sees them, with a state only those in it. Changes nothing."""
        messages, after = [], None
        while True:
            page = self.admin("GET", self._path(queue, "/messages", group=group, state=state, limit=1000, after=after))
            messages += page["messages"]
            after = page["next"]
            if after is None:
                return messages

    def redrive(self, queue, group, max=None):
        """Makes a group's dead letters available again, at most `max` of them."""
        path = self._path(queue, f"/groups/{_quoted(group)}/redrive")
        return self.admin("POST", path, {} if max is None else {"max": max})

    def reset(self):
        """Everything as after the start, for all keys."""
        return self.admin("POST", "/reset")

    def describe(self, queue=None):
        """What to print when a test fails: this queue, or all of this key."""
        now = self.admin("GET", "/clock")["now"]
        lines = []
        for each in self._own_queues() if queue is None else [self.admin("GET", self._path(queue))]:
            lines.append(f"queue {each['name']}: {each['mode']}, {each['messages']} messages")
            for group in each["groups"]:
                path = self._path(each["id"], "/messages", group=group["id"], limit=_DESCRIBED_MAX)
                lines.append(_described(group))
                lines += [f"  {_described_message(message, now)}" for message in self.admin("GET", path)["messages"]]
        return "\n".join(lines)

    def stop(self):
        self._server.stop()

    def _own_queues(self):
        return self.admin("GET", "/queues" + self._query())["queues"]

    def _path(self, queue, rest="", **parameters):
        return f"/queues/{_quoted(queue)}{rest}{self._query(**parameters)}"

    def _query(self, **parameters):
        given = {"region": self.region_id, "project": self.access_key, **parameters}
        given = {name: value for name, value in given.items() if value is not None}
        return "?" + urllib.parse.urlencode(given, doseq=True)


class _Tenant(WingMq):
    def __init__(self, *args):
        super().__init__(*args)
        self._queues = {}

    def declare(self, queue):
        made = super().declare(queue)
        self._queues[queue] = True
        return made

    def reset(self):
        """The declared queues, made afresh, and no faults: for this key alone."""
        self.stop()
        for queue in self._queues:
            super().declare(queue)

    def stop(self):
        """Removes what is this key's; the broker goes on."""
        if self.faults.added:
            self.faults.clear()
        for queue in self._own_queues():
            self.admin("DELETE", self._path(queue["id"]))


class Faults:
    """Faults for the calls of one access key."""

    def __init__(self, mq):
        self._mq = mq
        self.added = False

    def add(self, rule):
        self.added = True
        match = {"access_key": self._mq.access_key, **rule.get("match", {})}
        return self._mq.admin("POST", "/faults", {**rule, "match": match})

    def list(self):
        faults = self._mq.admin("GET", "/faults")["faults"]
        return [each for each in faults if each.get("match", {}).get("access_key") == self._mq.access_key]

    def remove(self, id):
        return self._mq.admin("DELETE", f"/faults/{_quoted(id)}")

    def clear(self):
        for each in self.list():
            self.remove(each["id"])


def _owned(queue, access_key, region_id):
    """The text of `--queue` for a queue of this key, unless the text says itself whose it is."""
    name, _, query = queue.partition("?")
    parts = [part for part in query.split("&") if part]
    given = {part.partition("=")[0] for part in parts}
    own = {"region": region_id, "project": access_key}
    parts += [f"{key}={_quoted(value)}" for key, value in own.items() if key not in given]
    return name + "?" + "&".join(parts)


def _json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _quoted(text):
    return urllib.parse.quote(text, safe="")


def _hint(headers, reply):
    """What the broker finds wrong with a signature says nothing about a call that was refused for something else."""
    wrong_signature = headers.get("X-WingMQ-Reason") if reply.get("errorCode") == "WMQ.SIGNATURE" else None
    return headers.get("X-WingMQ-Hint") or wrong_signature


def _header_text(text):
    """Few clients can send more than ASCII in a header; the broker decodes what is percent-encoded."""
    plain = all(" " <= character <= "~" and character != "%" for character in text)
    return text if plain else _quoted(text)


def _described(group):
    dead = group["dead_available"] + group["dead_in_flight"]
    flying = f"{group['available']} available, {group['in_flight']} of them in flight"
    return f"group {group['name']}: {group['consumed']} consumed, {flying}, {dead} dead, {group['parked']} parked"


def _described_message(message, now):
    deadline = message.get("lease_deadline")
    left = f" for {deadline - now} ms more" if deadline else ""
    state = f"{message['partition']}/{message['offset']} {message['state']}{left}"
    return f"{state}, failed {message['failed_count']}: {_json(message['body'])}"
