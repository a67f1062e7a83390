"""The one door to Resolve: every call goes through here, is judged, and can be recorded.

Resolve's objects have every attribute (a missing one is None), and failures are mostly None or False. So
calls go through `call` by name, answers through `look`, or `ask` where they must be there, and changes
through `settle`, which looks whether they have been made.
"""

import json
import os
import sys
import time

from cuebridge_resolve.settings import SCORES, VERSION
from cuebridge_resolve.trouble import Trouble, say

TRIES = 3
_trace = []  # the open file, while recording
_names = {}  # id of an object to the object and its name in the trace


def call(thing, name, *arguments):
    """What a method answers.

    Raises:
        Trouble: this version of Resolve does not have it.
    """
    method = getattr(thing, name, None)
    if method is None:
        _note(["lacks", _named(thing), name])
        raise Trouble(
            "This version of Resolve cannot do what was asked (%s)." % name,
            "Cuebridge needs DaVinci Resolve 18.5 or later.",
        )
    try:
        result = method(*arguments)
    except Exception as why:
        _note(["raised", _named(thing), name, _plain(arguments), type(why).__name__])
        raise
    _note(["call", _named(thing), name, _plain(arguments), _plain(result)])
    return result


def can(thing, name):
    """Whether this version has a method. `hasattr` says yes to all."""
    found = getattr(thing, name, None) is not None
    _note(["can", _named(thing), name, found])
    return found


def constant(thing, name):
    """A live value such as EXPORT_OTIO, None where there is none. Its name in its place would be ignored."""
    value = getattr(thing, name, None)
    _note(["constant", _named(thing), name, _plain(value)])
    return value


def look(thing, name, *arguments):
    """An answer that may be missing: asked again when none comes, then None.

    Raises:
        Trouble: this version of Resolve does not have the method.
    """
    for _ in range(TRIES):
        try:
            result = call(thing, name, *arguments)
        except Trouble:
            raise
        except Exception:
            continue
        if result is not None and result is not False:
            return result
    return None


def ask(thing, name, *arguments):
    """An answer that must be there; asked again when none comes.

    Raises:
        Trouble: Resolve does not answer.
    """
    result = look(thing, name, *arguments)
    if result is not None:
        return result
    raise Trouble(
        "Resolve does not answer (%s)." % name,
        "If a dialog of Resolve's is open, close it; then run the script again.",
    )


def several(thing, name, *arguments):
    """A list or dictionary that may be empty: some versions then answer None, as to what fails.

    Raises:
        Trouble: the thing, which must have a name, answers nothing at all.
    """
    result = look(thing, name, *arguments)
    if result is None:
        ask(thing, "GetName")
    return result or []


def settle(is_so, make_so):
    """Make a change until a look shows that it is made; whether it is. What Resolve answers is not judged."""
    for number in range(TRIES + 1):
        try:
            if is_so():
                return True
            if number < TRIES:
                make_so()
        except Exception as why:
            if number == TRIES:
                say("(%s)" % why)
    return False


def must(is_so, make_so, what):
    """`settle`, or say what Resolve did not do.

    Raises:
        Trouble: it is not so.
    """
    if not settle(is_so, make_so):
        raise Trouble(
            "Resolve did not %s." % what, "Close its dialogs if one is open, then run the script again."
        )


def find_resolve(found):
    """Resolve, by whichever way this script was started. `found` are its globals.

    Raises:
        Trouble: it is not to be had.
    """
    faults = []
    for way in (_given, _by_bmd, _by_app, _by_module):
        try:
            resolve = way(found)
        except Exception as why:  # each raises what it likes where it does not lead to Resolve
            faults.append("(%s: %s)" % (type(why).__name__, why))
            continue
        if resolve is not None:
            return resolve
    for fault in faults:
        say(fault)
    raise Trouble(
        "DaVinci Resolve cannot be reached.",
        "Start this script from Resolve's menu Workspace > Scripts. From outside it needs Resolve Studio, "
        "running, with Preferences > System > General > External scripting using set to Local.",
    )


def _given(found):
    return found.get("resolve")


def _by_bmd(found):
    bmd = found.get("bmd")
    return None if bmd is None else bmd.scriptapp("Resolve")


def _by_app(found):
    for name in ("app", "fusion", "fu"):
        thing = found.get(name)
        method = None if thing is None else getattr(thing, "GetResolve", None)
        if method is not None:
            return method()
    return None


def _by_module(found):
    places = {
        "win32": (
            os.path.join(os.environ.get("PROGRAMDATA", "C:\\ProgramData"), "Blackmagic Design",
                         "DaVinci Resolve", "Support", "Developer", "Scripting"),
            "C:\\Program Files\\Blackmagic Design\\DaVinci Resolve\\fusionscript.dll",
        ),
        "darwin": (
            "/Library/Application Support/Blackmagic Design/DaVinci Resolve/Developer/Scripting",
            "/Applications/DaVinci Resolve/DaVinci Resolve.app/Contents/Libraries/Fusion/fusionscript.so",
        ),
    }  # fmt: skip
    folder, library = places.get(
        sys.platform, ("/opt/resolve/Developer/Scripting", "/opt/resolve/libs/Fusion/fusionscript.so")
    )
    folder = os.environ.setdefault("RESOLVE_SCRIPT_API", folder)
    os.environ.setdefault("RESOLVE_SCRIPT_LIB", library)
    modules = os.path.join(folder, "Modules")
    sys.path.append(modules)
    try:
        import DaVinciResolveScript

        return DaVinciResolveScript.scriptapp("Resolve")
    finally:
        sys.path.remove(modules)


def version_of(resolve):
    """(product, version as numbers), both checked.

    Raises:
        Trouble: Resolve does not answer, or is one that cannot run this.
    """
    product, text = str(ask(resolve, "GetProductName")), str(ask(resolve, "GetVersionString"))
    numbers = []
    for word in text.split(".")[:3]:
        digits = "".join(char for char in word if char.isdigit())
        numbers.append(int(digits or 0))
    numbers = tuple(numbers)
    say("Cuebridge %s in %s %s" % (VERSION, product, text))
    _remember(product, text)
    by_hand = (
        "Export the timeline by hand (File > Export > Timeline) and run `cuebridge score FILE -o FOLDER`."
    )
    if numbers >= (21, 1) and "Studio" not in product:
        raise Trouble("The free edition of Resolve runs no Python since 21.1.", by_hand)
    if numbers < (18, 0):
        raise Trouble(
            "Resolve %s is too old for this script; it needs 18.0, and 18.5 to place the music." % text,
            by_hand,
        )
    return product, numbers


def _remember(product, version):
    """Leave word for `cuebridge doctor` of what the scripts were last run in."""
    about = {"product": product, "version": version, "python": sys.version.split()[0]}
    try:
        os.makedirs(SCORES, exist_ok=True)
        with open(os.path.join(SCORES, "last-run.json"), "w", encoding="utf-8") as file:
            json.dump(about, file)
    except OSError as why:
        raise Trouble(
            "The folder for scores cannot be written (%s: %s)." % (SCORES, why.strerror or why),
            "Make room or give yourself permission there, then run the script again.",
        ) from None


def record():
    """Begin a trace of every call, for those who make Cuebridge. It holds names and paths of the project."""
    folder = SCORES
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, time.strftime("resolve-trace-%Y%m%d-%H%M%S.jsonl"))
    _names.clear()
    _trace[:] = [open(path, "w", encoding="utf-8")]  # noqa: SIM115 (it is closed by `stop_recording`)
    say("Recording every call to Resolve, with the names and paths of this project, into %s" % path)
    return path


def stop_recording():
    """End the trace."""
    for file in _trace:
        file.close()
    del _trace[:]


def _note(row):
    for file in _trace:
        file.write(json.dumps(row) + "\n")
        file.flush()


def _named(thing):
    """An object's name in the trace; two that Resolve hands out for one thing have two."""
    if not _trace:
        return None
    if id(thing) not in _names:
        _names[id(thing)] = (thing, "#%d" % len(_names))  # kept, so that no other gets its id
    return _names[id(thing)][1]


def _plain(value):
    """A value as JSON: objects by name, dictionaries as pairs because their keys may be numbers."""
    if not _trace or value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {"pairs": [[_plain(key), _plain(each)] for key, each in value.items()]}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return {"object": _named(value)}
