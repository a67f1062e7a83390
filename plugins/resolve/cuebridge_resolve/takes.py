"""Which takes a timeline has had: their numbers, cue sheets and markers, whatever it is called by now."""

import json
import os

from cuebridge_resolve.ours import generated, tracks_of
from cuebridge_resolve.settings import SCORES
from cuebridge_resolve.trouble import say

_LEDGER = "timelines.json"


def numbers_of(edit):
    """The takes that are on a timeline, by tracks and markers of ours."""
    marked = [generated(about)[0] for about in edit.markers().values() if generated(about)]
    return [track.number for track in tracks_of(edit)] + marked


def next_number(edit, take):
    """A number that no take on the timeline has; the command's own, which counts files, wherever that is one.

    Files may be deleted, and a timeline that was renamed or is a copy has its files elsewhere.
    """
    return max([take] + [number + 1 for number in numbers_of(edit)])


def remember(edit, number, about):
    """Keep what a take of this timeline is: `sheet` and `sent` are paths, `before` the take it replaced."""
    path, takes = os.path.join(SCORES, _LEDGER), _ledger()
    takes.setdefault(edit.id, {})["%d" % number] = about
    beside = "%s.%d.part" % (path, os.getpid())
    try:
        with open(beside, "w", encoding="utf-8") as file:
            json.dump(takes, file, indent=1, sort_keys=True)
        os.replace(beside, path)
    except OSError as why:
        say("(%s cannot be written: %s)" % (path, why))


def recall(edit, number):
    """{"sheet": path, "sent": path, "before": take or None} of a take on this timeline, None if not kept.

    A copy's takes are those of the timeline that its clips name, until it has its own.
    """
    takes = _ledger()
    others = [str(track.comment.get("timeline")) for track in tracks_of(edit)]
    for ident in [edit.id] + others:
        about = takes.get(ident, {}).get("%d" % number)
        if about:
            return about
    return None


def _ledger():
    try:
        with open(os.path.join(SCORES, _LEDGER), encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
