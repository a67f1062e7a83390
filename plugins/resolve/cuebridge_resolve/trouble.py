"""What stops a script, and how it is said: in the console, and in a window of the system's own."""

import os
import subprocess
import sys


class Trouble(Exception):
    """Something a person can act on: what is wrong, and what to do."""

    def __init__(self, what, remedy=""):
        Exception.__init__(self, (what + " " + remedy).strip())
        self.what, self.remedy = what, remedy


def say(text):
    """Print a line to the console at once; what it cannot show becomes `?`."""
    try:
        try:
            print(text)
        except UnicodeEncodeError:
            print(str(text).encode("ascii", "replace").decode("ascii"))
        sys.stdout.flush()
    except (AttributeError, OSError, ValueError):  # a console that is gone stops nothing
        pass


def show(text):
    """Say it in a window as well: whoever starts a script from the menu seldom has the console open."""
    say(text)
    try:
        if sys.platform == "win32":
            import ctypes

            ctypes.windll.user32.MessageBoxW(0, text, "Cuebridge", 0x40000)
            return
        if sys.platform == "darwin":
            lines = [
                "on run argv",
                'display dialog (item 1 of argv) with title "Cuebridge" buttons {"OK"}',
                "end run",
            ]
            words = ["osascript"] + [word for line in lines for word in ("-e", line)] + [text]
        else:
            words = ["notify-send", "Cuebridge", text]
        quiet = subprocess.DEVNULL
        subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet, env=clean_environment())
    except Exception as why:
        say("(no window could be shown: %s)" % why)


def clean_environment():
    """The environment for other programs: without what Resolve sets for its own Python and libraries."""
    own = ("PYTHON", "DYLD_", "LD_LIBRARY_PATH", "LD_PRELOAD", "__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(own)}
    kept.update(PYTHONUTF8="1", PYTHONIOENCODING="utf-8", PYTHONUNBUFFERED="1")
    return kept
