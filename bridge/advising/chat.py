"""One question to a server that speaks OpenAI's chat completions, local ones included.

Nothing is followed (no redirect, no proxy of the environment), an answer is cut off at `MAX_BYTES`, and the
whole exchange ends when its time is over or the job is cancelled, however slowly a server drips.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bridge.llm import LanguageModel
from bridge.progress import Progress

MAX_BYTES = 4 << 20
_LOOK_S = 0.1
_PATH = "/chat/completions"
# What servers answer that do not know a `response_format`, by their own accounts.
_UNSUPPORTED = (400, 404, 415, 422, 500, 501)
_MEANINGS = {
    401: "it does not accept the key (CUEBRIDGE_LLM_KEY)",
    403: "it does not allow this key to ask",
    404: "it has no such model or address (CUEBRIDGE_LLM_URL, CUEBRIDGE_LLM_MODEL)",
    429: "it has had too many questions",
}


class Unanswered(Exception):
    """No answer that can be used; the message is a clause for a person."""

    def __init__(self, what: str, status: int = 0) -> None:
        super().__init__(what)
        self.status = status


def ask(model: LanguageModel, body: Mapping[str, Any], schema: Mapping[str, Any], progress: Progress) -> str:
    """The text of the answer to one question.

    A server that cannot hold its answer to a JSON Schema is asked for any JSON object, and then for text.

    Args:
        model: where to ask.
        body: model, messages and the like; `response_format` is added.
        schema: what the answer must be.
        progress: checked ten times a second.

    Raises:
        Unanswered: no connection, no answer in time, an error, or an answer that is none.
        Cancelled: somebody asked to stop.
    """
    ends_s = time.monotonic() + model.timeout_s
    formats: tuple[dict[str, Any], ...] = (
        {"response_format": {
            "type": "json_schema", "json_schema": {"name": "cue_sheet", "strict": True, "schema": schema},
        }},
        {"response_format": {"type": "json_object"}},
        {},
    )  # fmt: skip
    first: Unanswered | None = None
    for wanted in formats:
        try:
            return _content(_post(model, json.dumps({**body, **wanted}).encode(), ends_s, progress))
        except Unanswered as error:
            if error.status not in _UNSUPPORTED:
                raise first or error from None
            first = first or error
    raise first or Unanswered("it gave no answer")


def _content(data: bytes) -> str:
    try:
        choice = json.loads(data)["choices"][0]
        content = choice["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise Unanswered("its answer is no chat completion") from None
    if not isinstance(content, str) or not content.strip():
        raise Unanswered("its answer is empty")
    if choice.get("finish_reason") == "length":
        raise Unanswered("its answer was cut off for length")
    return content


def _post(model: LanguageModel, body: bytes, ends_s: float, progress: Progress) -> bytes:
    """The body of a good answer; the waiting is done by another thread, which a closed socket ends."""
    connection = _connection(model, max(0.1, ends_s - time.monotonic()))
    sockets: list[socket.socket] = []
    found: queue.SimpleQueue[bytes | Unanswered] = queue.SimpleQueue()

    def work() -> None:
        try:
            connection.connect()
            sockets.append(connection.sock)  # the connection forgets it once the answer's head is there
            found.put(_exchange(connection, model, body))
        except Unanswered as error:
            found.put(error)
        except TimeoutError:
            found.put(Unanswered(_late(model)))
        except (OSError, http.client.HTTPException) as error:
            found.put(Unanswered(f"it cannot be reached ({error or type(error).__name__})"))
        except ValueError as error:
            found.put(Unanswered(f"it cannot be asked ({error})"))

    threading.Thread(target=work, name="language-model", daemon=True).start()
    try:
        while True:
            progress.check()
            if time.monotonic() > ends_s:
                raise Unanswered(_late(model))
            with contextlib.suppress(queue.Empty):
                answer = found.get(timeout=_LOOK_S)
                if isinstance(answer, Unanswered):
                    raise answer
                return answer
    finally:
        # Shut down, for a descriptor that is closed alone would leave the other thread waiting on it.
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        connection.close()


def _connection(model: LanguageModel, timeout_s: float) -> http.client.HTTPConnection:
    parts = urlsplit(model.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=timeout_s)


def _exchange(connection: http.client.HTTPConnection, model: LanguageModel, body: bytes) -> bytes:
    path = urlsplit(model.url).path.rstrip("/")
    headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "cuebridge"}
    if model.key:
        headers["Authorization"] = f"Bearer {model.key}"
    connection.request("POST", path if path.endswith(_PATH) else path + _PATH, body, headers)
    with connection.getresponse() as response:
        data = response.read(MAX_BYTES + 1)
    if response.status != 200:
        meaning = _MEANINGS.get(response.status, "")
        what = f"it answered {response.status} {response.reason}".strip()
        raise Unanswered(f"{what}: {meaning}" if meaning else what, response.status)
    if len(data) > MAX_BYTES:
        raise Unanswered(f"its answer is longer than {MAX_BYTES >> 20} MB")
    return data


def _late(model: LanguageModel) -> str:
    return f"it did not answer within {model.timeout_s:g} s (CUEBRIDGE_LLM_TIMEOUT_S)"
