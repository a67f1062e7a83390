"""The cue sheet of a take, and the markers that it makes."""

import json

from cuebridge_resolve.ours import COLOR, custom_data
from cuebridge_resolve.trouble import Trouble


class Sheet:
    """What a script needs of NAME.cues.json; frames count from the timeline's first.

    Raises:
        Trouble: it cannot be read.
    """

    def __init__(self, path):
        try:
            with open(path, encoding="utf-8-sig") as file:
                document = json.load(file)
            self.path = path
            self.first_frame = int(document["cue_start_frame"])
            self.end_frame = int(document["cue_end_frame"])
            self.hits, self.plots = list(document["hits"]), list(document["plots"])
        except (OSError, ValueError, KeyError, TypeError) as why:
            what = "The cue sheet %s cannot be read (%s)." % (path, why)
            raise Trouble(what, "Run Score timeline again.") from None

    def markers(self, number, before):
        """{frame: marker} of the kept hits and of the plots; a plot tells of a hit on its first frame."""
        found = {}
        hits = {int(hit["frame"]): hit for hit in self.hits if not hit.get("grouped_with")}
        for frame, hit in hits.items():
            found[frame] = _marker(number, str(hit["id"]), str(hit["id"]), _fate(hit), 1, before)
        for plot in self.plots:
            about = "%s: %s" % (plot["id"], plot.get("label") or "")
            words = str(plot.get("words") or "") or ("" if plot.get("music", True) else "no music")
            # As long as the plot: words that the user writes into it then direct that stretch.
            first, after = int(plot["start_frame"]), int(plot["end_frame"])
            hit = hits.get(first)
            if hit is not None:
                about, words = "%s, %s" % (about, hit["id"]), "; ".join(filter(None, [words, _fate(hit)]))
            found[first] = _marker(number, str(plot["id"]), about, words, max(1, after - first), before)
        return found


def _marker(number, ident, name, note, frames, before):
    about = {"color": COLOR, "duration": frames, "note": note, "name": "Score " + name}
    about["customData"] = custom_data(number, ident, about, before)
    return about


def _fate(hit):
    """How the music meets it, in words that do not read as a direction when they come back by a file."""
    if not hit.get("met"):
        return "not met: %s" % (hit.get("reason") or "no beat came near")
    return "met by %s, %+.2f frames" % (hit.get("rung") or "tempo", float(hit.get("error_frames") or 0))
