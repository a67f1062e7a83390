"""A small server that speaks as much of OpenAI's chat completions as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Server:
    """`answers` are (status, body), one a request, the last for all that follow; a body that is no text is
    sent as the content of a chat completion. `hold` keeps an answer back until it is set."""

    answers: list[tuple[int, Any]] = field(default_factory=list)
    hold: threading.Event | None = None
    drip: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def answer(self) -> tuple[int, bytes]:
        status, body = self.answers[min(len(self.asked) - 1, len(self.answers) - 1)]
        if not isinstance(body, str):
            body = completion(json.dumps(body))
        return status, body.encode()


def completion(content: str | None, finish: str = "stop") -> str:
    """A chat completion with a content."""
    message = {"role": "assistant", "content": content}
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": finish}]})


@contextmanager
def serving(
    *answers: tuple[int, Any], hold: threading.Event | None = None, drip: bool = False
) -> Iterator[Server]:
    """A server on a free port of this machine."""
    told = Server(list(answers), hold, drip)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            told.headers.append(dict(self.headers.items()))
            told.paths.append(self.path)
            told.came.set()
            if told.drip:
                self.send_response(200)
                self.end_headers()
                while told.hold is not None and not told.hold.wait(0.05):
                    self.wfile.write(b" ")
                return
            if told.hold is not None:
                told.hold.wait(30)
            status, body = told.answer()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *words: Any) -> None:
            """A client that hung up is no fault."""

    server = Quiet(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        if hold is not None:
            hold.set()
        server.shutdown()
        server.server_close()
        thread.join()
