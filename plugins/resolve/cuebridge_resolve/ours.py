"""How what Cuebridge made is told from what is the user's: by hidden words, not by names alone."""

import json
import re
import zlib

from cuebridge_resolve.host import ask, look

MARK = "cuebridge"
COLOR = "Mint"
BIN = "Score"
# Where a clip of ours says so; it shows in the metadata panel, and travels with the project.
FIELD = "Comments"
_TRACK = re.compile(r"^SCORE v(\d{3,})$")
_CUSTOM = re.compile(r"^cuebridge:v(\d{3,}):([^:]*):([0-9a-f]{8}):(\d*)$")
_NAMED = re.compile(r"^Score [hp]\d+(: |$)")


def track_name(number):
    """A track's name: `SCORE v003`."""
    return "SCORE v%03d" % number


def custom_data(number, ident, about, before):
    """What marks a marker as ours, as it was made: one that somebody has changed is theirs from then on."""
    return "%s:v%03d:%s:%08x:%s" % (MARK, number, ident, _digest(about), before or "")


def generated(about):
    """(take, id, take whose markers it replaced or None) of a marker of ours, else None."""
    match = _CUSTOM.match(str(about.get("customData") or ""))
    if match is None:
        return None
    return int(match.group(1)), match.group(2), int(match.group(4)) if match.group(4) else None


def is_generated(about):
    """Whether a marker is ours and as we made it."""
    match = _CUSTOM.match(str(about.get("customData") or ""))
    return match is not None and match.group(3) == "%08x" % _digest(about)


def is_named(about):
    """Whether a marker looks as ours do, by colour and name."""
    color, name = str(about.get("color") or ""), str(about.get("name") or "")
    return color.upper() == COLOR.upper() and _NAMED.match(name) is not None


def _digest(about):
    words = [str(about.get(key) or "") for key in ("color", "name", "note")] + [
        str(int(float(about["duration"])))
    ]
    return zlib.crc32("\n".join(words).encode("utf-8")) & 0xFFFFFFFF


def comment_of(clip):
    """What a clip of ours says of itself, None for one that is not ours."""
    text = look(clip, "GetMetadata", FIELD) if clip else None
    try:
        about = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return about if isinstance(about, dict) and isinstance(about.get(MARK), int) else None


class Track:
    """An audio track of ours: its index, its take, our items on it, whether others lie there too."""

    def __init__(self, index, number, items, comment, is_shared, is_on):
        self.index, self.number, self.items = index, number, items
        self.comment, self.is_shared, self.is_on = comment, is_shared, is_on


def tracks_of(edit):
    """Our tracks, by rising index: named as ours, with a clip of ours on it of that very take."""
    found = []
    for index in range(1, int(ask(edit.timeline, "GetTrackCount", "audio")) + 1):
        match = _TRACK.match(str(look(edit.timeline, "GetTrackName", "audio", index) or ""))
        if match is None:
            continue
        number, ours, comment = int(match.group(1)), [], None
        items = edit.items("audio", index)
        for item in items:
            about = comment_of(look(item, "GetMediaPoolItem"))
            if about is not None and about[MARK] == number:
                ours.append(item)
                comment = about
        if ours:
            is_on = bool(look(edit.timeline, "GetIsTrackEnabled", "audio", index))
            found.append(Track(index, number, ours, comment, len(ours) < len(items), is_on))
    return found
