"""Score timeline: read it, have it scored, bring the score back."""

import json
import os
import shutil
import time

from cuebridge_resolve.bring import bring
from cuebridge_resolve.command import cuebridge
from cuebridge_resolve.edit import Edit
from cuebridge_resolve.host import find_resolve, version_of
from cuebridge_resolve.keep import check_page
from cuebridge_resolve.paths import safe_name
from cuebridge_resolve.trouble import say

_LOOK_S = 5


def score_timeline(found):
    """Score the timeline in front.

    Raises:
        Trouble: something a person can act on.
    """
    resolve = find_resolve(found)
    version_of(resolve)
    edit = Edit(resolve)
    edit.check_picture()
    check_page(edit)
    say('Scoring "%s" of "%s", %s frames a second, from %s on.' % (
        edit.name, edit.project_name, edit.fps(), edit.start_timecode,
    ))  # fmt: skip
    if not edit.has_marks:
        say("Resolve does not tell In and Out to scripts here: the whole timeline is scored.")
    words = ["score", edit.export(), "-o", edit.folder, "--fps", edit.fps()]
    directions, brief = edit.directions()
    sent = os.path.join(edit.folder, "timeline", safe_name(edit.name) + ".markers.json")
    with open(sent, "w", encoding="utf-8") as file:
        json.dump({"markers": directions}, file)
    words += ["--markers", sent]
    if edit.mark_in is not None:
        words += ["--in", str(edit.mark_in)]
    if edit.mark_out is not None:
        words += ["--out", str(edit.mark_out)]
    if brief:
        words.append("--brief=" + brief)  # one word: a brief may begin with a dash
    result = cuebridge(words + ["--audio"], watching(resolve))
    bring(edit, result, keep_sent(sent, result))


def keep_sent(sent, result):
    """Keep the markers that a take was made with beside them, for Revise score; where."""
    return shutil.copyfile(sent, "%s.v%03d.json" % (sent[: -len(".json")], int(result["take"])))


def watching(resolve):
    """Tells, every few seconds, whether Resolve is still there: a script outlives it."""
    looked = [time.time()]

    def is_there():
        if time.time() - looked[0] < _LOOK_S:
            return True
        looked[0] = time.time()
        try:
            # Not in a trace: how often it is asked is the clock's affair, which no replay has.
            return resolve.GetVersionString() is not None
        except Exception:
            return False

    return is_there
