"""The `cuebridge` command, run in the Python it was installed with; its events, its progress, its errors."""

import json
import os
import queue
import subprocess
import sys
import threading

from cuebridge_resolve.settings import COMMAND
from cuebridge_resolve.trouble import Trouble, clean_environment, say

_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0  # no console for the command
_CANCELLED = 130
# Seconds of silence after which Resolve is looked for, and how many such waits until that is said.
_WAIT_S, _WAITS = 5, 12


def cuebridge(words, is_alive=None):
    """Run `cuebridge WORDS --json`; its last event but progress. `is_alive` is asked at events and meanwhile.

    Raises:
        Trouble: the command is not there, failed, or Resolve is gone.
    """
    line = list(COMMAND) + list(words) + ["--json"]
    try:
        process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=clean_environment(), cwd=os.path.expanduser("~"), creationflags=_NO_WINDOW,
        )  # fmt: skip
    except OSError as why:
        raise Trouble(
            "The cuebridge command cannot be started (%s: %s)." % (COMMAND[0], why.strerror or why),
            "Run `cuebridge plugins install resolve` again, in a terminal.",
        ) from None
    lines = queue.Queue()
    reader = threading.Thread(target=_read, args=(process.stdout, lines))
    reader.daemon = True
    reader.start()
    try:
        return _followed(process, lines, is_alive)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait()
        reader.join(_WAIT_S)
        if not reader.is_alive():  # it would wait for what reads
            process.stdout.close()


def _read(stream, lines):
    """Pass lines on, then None: only so can whoever waits for them look at something else meanwhile."""
    for data in iter(stream.readline, b""):
        lines.put(data)
    lines.put(None)


def _next(lines, is_alive):
    """The next line, None after the last; a silence is said, now and then.

    Raises:
        Trouble: Resolve is gone.
    """
    waits = 0
    while True:
        try:
            data = lines.get(timeout=_WAIT_S)
        except queue.Empty:
            data, waits = b"", waits + 1
        if is_alive is not None and not is_alive():
            raise Trouble("Resolve is gone.", "The score is not composed to its end.")
        if data != b"":
            return data
        if waits % _WAITS == 0:
            said = "  no word from the cuebridge command for %d s; `cuebridge doctor` says whether it answers"
            say(said % (waits * _WAIT_S))


def _followed(process, lines, is_alive):
    last, error, rest, shown = None, None, [], None
    for data in iter(lambda: _next(lines, is_alive), None):
        text = data.decode("utf-8", "replace").rstrip()
        try:
            event = json.loads(text)
            kind = event["event"]
        except (ValueError, KeyError, TypeError):
            rest = (rest + [text])[-10:]  # what a crash leaves
            continue
        if kind == "progress":
            shown = _show_progress(event, shown)
        elif kind == "queued":
            say("  waiting for others")
        elif kind == "warning":
            say("  %s" % event.get("message"))
        elif kind == "error":
            error = event
        else:
            last = event
    code = process.wait()
    if error is not None and last is not None and last.get("event") == "result" and code != _CANCELLED:
        say("  %s" % error.get("message"))  # the score is there, only its sound is not
        return last
    if error is not None:
        what = "%s: %s" % (error["where"], error["what"]) if error.get("where") else str(error.get("what"))
        raise Trouble(what + ".", str(error.get("remedy") or ""))
    if code != 0 or last is None:
        raise Trouble(
            "The cuebridge command ended with code %s. %s" % (code, " / ".join(rest)).strip(),
            "Run `cuebridge doctor` in a terminal.",
        )
    return last


def _show_progress(event, shown):
    """Say a stage when it begins and then every tenth; what has been said."""
    done, total = event.get("done") or 0, event.get("total") or 0
    now = (event.get("stage"), int(10 * done / total) if total else 0)
    if now != shown:
        say("  %s%s" % (now[0], " %d %%" % (10 * now[1]) if now[1] else ""))
    return now
