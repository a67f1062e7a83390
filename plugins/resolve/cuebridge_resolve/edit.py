"""The timeline in front: what it is, what its marks and markers say, and its export."""

import os
import shutil
from fractions import Fraction

from cuebridge_resolve.host import ask, call, can, constant, look, several
from cuebridge_resolve.ours import generated, is_generated, is_named
from cuebridge_resolve.paths import folder_of, safe_name
from cuebridge_resolve.trouble import Trouble, say

_BRIEF = "brief"


class Edit:
    """The current timeline, read anew each time it is made: Resolve's objects go stale.

    `start_frame` is absolute; frames of marks and markers count from it. `mark_out` is the frame after it.

    Raises:
        Trouble: no project, no timeline, or Resolve does not answer.
    """

    def __init__(self, resolve):
        self.resolve = resolve
        self.project = look(ask(resolve, "GetProjectManager"), "GetCurrentProject")
        if not self.project:
            raise Trouble("No project is open.", "Open one with a timeline, then run the script again.")
        self.timeline = look(self.project, "GetCurrentTimeline")
        if not self.timeline:
            raise Trouble("No timeline is open.", "Open the one to be scored, then run the script again.")
        self.pool = ask(self.project, "GetMediaPool")
        self.project_name = str(ask(self.project, "GetName"))
        self.project_id = str(ask(self.project, "GetUniqueId"))
        self.name = str(ask(self.timeline, "GetName"))
        self.id = str(ask(self.timeline, "GetUniqueId"))
        self.folder = folder_of(self.project_name, self.name)
        self.start_frame = int(ask(self.timeline, "GetStartFrame"))
        self.start_timecode = str(look(self.timeline, "GetStartTimecode") or "")
        # The timeline's own rate: the project may have another.
        self.rate_text = str(ask(self.timeline, "GetSetting", "timelineFrameRate")).strip()
        flag = str(look(self.timeline, "GetSetting", "timelineDropFrameTimecode") or "0")
        self.drop = flag in ("1", "1.0", "True") or self.rate_text.upper().endswith("DF")
        self.rate = exact_rate(self.rate_text)
        self.has_marks = can(self.timeline, "GetMarkInOut")
        self.mark_in, self.mark_out = self._marks()

    def fps(self):
        """The rate as the command takes it."""
        number = self.rate_text.upper().replace("DF", "").strip()
        return number + (" DF" if self.drop else "")

    def _marks(self):
        if not self.has_marks:
            return None, None
        marks = look(self.timeline, "GetMarkInOut")
        if not isinstance(marks, dict):
            # Not told, which is not the same as not set: what is not known is not put back either.
            self.has_marks = False
            return None, None
        for kind in ("video", "audio"):
            found = marks.get(kind) or {}
            if found:
                first, last = found.get("in"), found.get("out")
                return (None if first is None else int(first)), (None if last is None else int(last) + 1)
        return None, None

    def markers(self):
        """All markers as {frame: {color, duration, note, name, customData}}."""
        found = dict(several(self.timeline, "GetMarkers"))
        return {round(float(frame)): dict(about) for frame, about in found.items()}

    def directions(self):
        """(what the user's markers say, the brief): ours are left out unless the user has changed them.

        So are those that a list of ours brought in, which colour and name alone tell from the user's.
        """
        told, briefs = [], []
        for frame, about in sorted(self.markers().items()):
            if is_generated(about):
                continue
            name, note = str(about.get("name") or ""), str(about.get("note") or "")
            if is_named(about):
                if generated(about) is None:
                    continue  # of a score that was placed by hand: a list of markers keeps no hidden words
                name = ""  # the user has changed something else than our words
            if name.strip().lower().rstrip(":") == _BRIEF:
                briefs.append(note)
                continue
            told.append({
                "frame": frame, "duration": round(float(about.get("duration") or 1)), "name": name,
                "note": note, "color": str(about.get("color") or ""),
            })  # fmt: skip
        return told, " ".join(" ".join(briefs).split())

    def items(self, kind, index):
        """What lies on a track, in order."""
        return several(self.timeline, "GetItemListInTrack", kind, index)

    def check_picture(self):
        """Look whether there is anything to score.

        Raises:
            Trouble: the timeline is empty.
        """
        for index in range(1, int(look(self.timeline, "GetTrackCount", "video") or 0) + 1):
            if self.items("video", index):
                return
        raise Trouble(
            'The timeline "%s" has no picture.' % self.name,
            "Put the cut on a video track, then run the script again.",
        )

    def export(self):
        """Write the timeline into its folder, as OTIO, else as FCP 7 XML; the file.

        Raises:
            Trouble: Resolve wrote none.
        """
        folder = os.path.join(self.folder, "timeline")
        os.makedirs(folder, exist_ok=True)
        for kind, suffix in (("EXPORT_OTIO", ".otio"), ("EXPORT_FCP_7_XML", ".xml")):
            value = constant(self.resolve, kind)
            if value is None:
                continue
            path = os.path.join(folder, safe_name(self.name) + suffix)
            for _ in range(2):
                _clear(path)
                try:
                    call(self.timeline, "Export", path, value)
                except Exception as why:
                    say("(%s)" % why)
                if os.path.isfile(path) and os.path.getsize(path):
                    return path
        raise Trouble(
            "Resolve did not export the timeline into %s." % folder,
            "Look whether that folder can be written; File > Export > Timeline by hand says more.",
        )


def exact_rate(text):
    """A rate as Resolve writes it, exactly: "23.976" is 24000/1001.

    Raises:
        Trouble: it is no number.
    """
    try:
        value = float(text.upper().replace("DF", "").strip())
    except ValueError:
        value = 0.0
    if not 1 <= value <= 1000:
        raise Trouble(
            "The timeline's frame rate is %r." % text, "Set one in its settings, then run the script again."
        )
    base = round(value * 1.001)
    if abs(value - base * 1000.0 / 1001) < 0.0003 * value and abs(value - round(value)) > 0.001:
        return Fraction(base * 1000, 1001)
    return Fraction(round(value))


def _clear(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.remove(path)
