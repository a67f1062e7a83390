"""One run of a script, from its start to whatever end it has."""

import sys
import traceback

from cuebridge_resolve.host import record, stop_recording
from cuebridge_resolve.settings import RECORD
from cuebridge_resolve.trouble import Trouble, say, show

# What Resolve gives to the scripts of its menu.
_GIVEN = ("resolve", "bmd", "app", "fusion", "fu")


def run(action, found):
    """Run an action with the script's globals; from outside Resolve, a failure is the exit code 1."""
    done = _has_run(action, found)
    if not done and all(found.get(name) is None for name in _GIVEN):
        sys.exit(1)


def _has_run(action, found):
    """Whether it came to its end. Never raises."""
    try:
        if RECORD or "--record" in sys.argv[1:]:
            record()
        action(found)
    except Trouble as why:
        show("\n".join(filter(None, [why.what, why.remedy])))
        return False
    except KeyboardInterrupt:
        say("Stopped. A score that was half placed was taken back.")
        return False
    except Exception as why:
        say(traceback.format_exc())
        if isinstance(why, OSError) and why.filename:
            show(
                "%s cannot be used (%s); what had begun was taken back.\n"
                "Move what is in the way there, or give yourself permission, then run the script again."
                % (why.filename, why.strerror or why)
            )
            return False
        show(
            "Something went wrong inside Cuebridge; what it had begun was taken back.\n"
            "Workspace > Console says what. Run `cuebridge doctor` in a terminal, and send both."
        )
        return False
    finally:
        stop_recording()
    return True
