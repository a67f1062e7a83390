"""A sound on a track of its own, on exactly one frame; older takes switched off."""

import wave
from fractions import Fraction

from cuebridge_resolve.edit import exact_rate
from cuebridge_resolve.host import ask, call, look, must
from cuebridge_resolve.ours import track_name, tracks_of
from cuebridge_resolve.trouble import Trouble


def placed(edit, clip, path, number, first_frame, undo):
    """Put a file's clip on a new stereo track at the bottom, from `first_frame` of the timeline on.

    Raises:
        Trouble: Resolve put it elsewhere or nowhere; read back, whatever it answered.
    """
    index = _new_track(edit, number, undo)
    at = edit.start_frame + first_frame  # absolute, or it would lie before the timeline's start
    rate = _rate(clip, edit)
    frames = _frames(clip, path, rate)
    info = {
        "mediaPoolItem": clip, "startFrame": 0, "mediaType": 2, "trackIndex": index, "recordFrame": at,
    }  # fmt: skip
    # The frame after the last, or the last: versions differ, and the one past it may be refused.
    ends = [frames] + 2 * [max(1, frames - 1)]

    def there():
        items = edit.items("audio", index)
        return len(items) == 1 and ask(items[0], "GetStart") is not None

    def append():
        front = look(edit.project, "GetCurrentTimeline")
        if front and ask(front, "GetUniqueId") == edit.id:  # it places into whichever is in front
            info["endFrame"] = ends.pop(0)
            call(edit.pool, "AppendToTimeline", [info])

    must(there, append, "place the music on its track (was another timeline opened meanwhile?)")
    item = edit.items("audio", index)[0]
    start, length = int(ask(item, "GetStart")), int(ask(item, "GetDuration"))
    skipped = int(ask(item, "GetLeftOffset"))
    # Counted in the sound's rate, which is its project's when it was imported, and floored to the timeline's.
    wanted = frames * edit.rate / rate
    if start != at or skipped or abs(Fraction(length) - wanted) > 1:
        raise Trouble(
            "Resolve placed the music at frame %d for %d frames, without its first %d, not at %d for %d."
            % (start, length, skipped, at, wanted),
            "Drag %s to the cue's first frame by hand." % path,
        )
    return length


def _rate(clip, edit):
    """The rate that Resolve counts a sound in; the timeline's where it does not say."""
    try:
        return exact_rate(str(look(clip, "GetClipProperty", "FPS")))
    except Trouble:
        return edit.rate


def _frames(clip, path, rate):
    """How many whole frames of a rate a sound has. Of most, Resolve says none: then its file does."""
    try:
        frames = int(float(look(clip, "GetClipProperty", "Frames") or 0))
    except ValueError:
        frames = 0
    if frames < 1:
        try:
            with wave.open(path, "rb") as file:
                frames = int(file.getnframes() * rate / file.getframerate())
        except (OSError, EOFError, wave.Error) as why:
            raise Trouble("%s cannot be read (%s)." % (path, why), "Drag it onto a track by hand.") from None
    return max(1, frames)


def _new_track(edit, number, undo):
    timeline, name = edit.timeline, track_name(number)
    before = int(ask(timeline, "GetTrackCount", "audio"))

    def count():
        return int(ask(timeline, "GetTrackCount", "audio"))

    undo.add("the track %s" % name, lambda: count() <= before,
             lambda: call(timeline, "DeleteTrack", "audio", before + 1))  # fmt: skip
    must(lambda: count() == before + 1, lambda: call(timeline, "AddTrack", "audio", "stereo"), "add a track")
    index = before + 1
    must(
        lambda: call(timeline, "GetTrackName", "audio", index) == name,
        lambda: call(timeline, "SetTrackName", "audio", index, name),
        "name the track",
    )
    return index


def switched_off(edit, undo):
    """Switch off the tracks of all takes, before the new one has its own; the names of those that were on."""
    names = []
    for track in tracks_of(edit):
        if track.is_on:
            undo.add("track %d switched on" % track.index, *switching(edit, track.index, True))
            must(*(switching(edit, track.index, False) + ("switch track %d off" % track.index,)))
            names.append(track_name(track.number))
    return names


def switching(edit, index, on):
    """(whether an audio track is switched so, what switches it)."""
    return (
        lambda: call(edit.timeline, "GetIsTrackEnabled", "audio", index) == on,
        lambda: call(edit.timeline, "SetTrackEnable", "audio", index, on),
    )
