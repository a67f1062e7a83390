"""Revise score: the plots whose markers have changed since the take was made are composed anew."""

import json
import os
import shutil
import tempfile

from cuebridge_resolve.bring import bring
from cuebridge_resolve.command import cuebridge
from cuebridge_resolve.edit import Edit
from cuebridge_resolve.host import find_resolve, version_of
from cuebridge_resolve.keep import check_page
from cuebridge_resolve.paths import safe_name
from cuebridge_resolve.score import keep_sent, watching
from cuebridge_resolve.sheet import Sheet
from cuebridge_resolve.takes import numbers_of, recall
from cuebridge_resolve.trouble import Trouble, say

_HOW = "Write what should change (less piano, more tension ...) into the note of a marker, then run it again."


def revise_score(found):
    """Compose anew what changed markers ask for, as a new take.

    Raises:
        Trouble: nothing has changed, or the score is not to be had.
    """
    resolve = find_resolve(found)
    version_of(resolve)
    edit = Edit(resolve)
    if "Revise" not in (cuebridge(["describe"]).get("offers") or []):
        raise Trouble("The Cuebridge daemon does not offer to revise scores.", "Update Cuebridge.")
    check_page(edit)
    numbers = numbers_of(edit)
    if not numbers:
        raise Trouble('There is no score of Cuebridge\'s on "%s".' % edit.name, "Run Score timeline first.")
    number = max(numbers)
    take = recall(edit, number)
    if take is None:
        raise Trouble("The cue sheet of take %d is gone." % number, "Run Score timeline again.")
    sheet = Sheet(take["sheet"])
    sent = os.path.join(edit.folder, "timeline", safe_name(edit.name) + ".markers.json")
    now = edit.directions()[0]
    before = _sent(take["sent"])
    wishes = wishes_of(sheet, before, now)
    if not wishes:
        raise Trouble("No marker has changed since take %d." % number, _HOW)
    os.makedirs(os.path.dirname(sent), exist_ok=True)  # the timeline may have got another name
    with open(sent, "w", encoding="utf-8") as file:
        there = {marker["frame"] for marker in now}
        gone = sorted(marker["frame"] for marker in before if marker["frame"] not in there)
        json.dump({"markers": now, "gone": gone}, file)
    result = _revised(edit, resolve, sheet.path, wishes, sent)
    bring(edit, result, keep_sent(sent, result))


def wishes_of(sheet, before, now):
    """[(plot ids, words)] of markers that were added, changed or removed; plots of equal words go together.

    A marker touches the plots that its span meets. One of ours whose words were changed counts as the user's.
    """
    changed = [(marker, _words(marker)) for marker in now if marker not in before]
    # Where a marker was taken away, nothing is asked for but another take.
    changed += [(marker, "") for marker in before if marker not in now]
    by_plot = {}
    for marker, words in changed:
        first = marker["frame"]
        after = first + max(1, marker["duration"])
        for plot in sheet.plots:
            if plot["start_frame"] < after and plot["end_frame"] > first:
                told = by_plot.setdefault(str(plot["id"]), [])
                if words and words not in told:
                    told.append(words)
    groups = {}
    for plot, told in by_plot.items():
        groups.setdefault("; ".join(told), []).append(plot)
    return sorted((sorted(plots), words) for words, plots in groups.items())


def _words(marker):
    """A marker's words; a name of ours, or Resolve's own, says nothing."""
    name, note = marker["name"].strip(), marker["note"].strip()
    if name.startswith("Score ") or not name.lower().replace("marker", "").strip(" 0123456789"):
        name = ""
    return ": ".join(filter(None, [name, note]))


def _sent(path):
    """The markers that a take was made with; none where nobody kept them."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)["markers"]
    except (OSError, ValueError, KeyError):
        return []


def _revised(edit, resolve, path, wishes, sent):
    """Revise for each wish in turn; only the last result lies among the scores.

    The first call has all markers, whose hits may ask for another tempo map: so it must name every plot that
    is touched, and goes alone where wishes differ.
    """
    marked = ["--markers", sent]
    if len(wishes) > 1:
        wishes = [(sorted(plot for plots, _ in wishes for plot in plots), "")] + wishes
    between = tempfile.mkdtemp(prefix="cuebridge-")
    try:
        for place, (plots, words) in enumerate(wishes, 1):
            is_last = place == len(wishes)
            say("Composing %s anew: %s" % (", ".join(plots), words or "another take"))
            asked = ["revise", path, "--plots", ",".join(plots), "-o", edit.folder if is_last else between]
            asked += ["--brief=" + words] if words else []
            asked += marked if place == 1 else []
            asked += ["--audio"] if is_last else []
            result = cuebridge(asked, watching(resolve))
            path = result["files"]["mid"]
        return result
    finally:
        shutil.rmtree(between, ignore_errors=True)
