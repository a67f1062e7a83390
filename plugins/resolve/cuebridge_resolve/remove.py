"""Remove last score: the newest take's items, track, clips, bins and markers; what they replaced is back."""

import os

from cuebridge_resolve.edit import Edit
from cuebridge_resolve.host import ask, call, find_resolve, look, settle, several, version_of
from cuebridge_resolve.keep import Kept
from cuebridge_resolve.marks import add_markers, are_deleted, delete_markers
from cuebridge_resolve.ours import BIN, comment_of, generated, is_generated, track_name, tracks_of
from cuebridge_resolve.place import switching
from cuebridge_resolve.pool import child
from cuebridge_resolve.sheet import Sheet
from cuebridge_resolve.takes import recall
from cuebridge_resolve.trouble import Trouble, say


def remove_last(found):
    """Take the newest score away from the timeline in front.

    Raises:
        Trouble: there is none, or Resolve would not.
    """
    resolve = find_resolve(found)
    version_of(resolve)
    edit = Edit(resolve)
    tracks = tracks_of(edit)
    marks = {frame: about for frame, about in edit.markers().items() if is_generated(about)}
    numbers = [track.number for track in tracks] + [generated(about)[0] for about in marks.values()]
    if not numbers:
        raise Trouble(
            'There is no score of Cuebridge\'s on "%s".' % edit.name, "Score timeline puts one there."
        )
    number = max(numbers)
    mine = {frame: about for frame, about in marks.items() if generated(about)[0] == number}
    kept, left = Kept(edit), []
    earlier = [generated(about)[2] for about in mine.values()] + [(recall(edit, number) or {}).get("before")]
    try:
        for track in [track for track in tracks if track.number == number]:
            kept.open_edit_page()
            left += _sound(edit, kept, track)
        if not settle(lambda: are_deleted(edit, mine), lambda: delete_markers(edit, mine)):
            left.append("markers")
        _markers_before(edit, next(filter(None, earlier), None))
    finally:
        kept.restore()
    if left:
        raise Trouble(
            "Resolve did not remove all of it: %s." % ", ".join(left),
            "Close its dialogs, unlock what is locked, then run the script again.",
        )
    say("%s is removed. Its files stay where they are." % track_name(number))


def _sound(edit, kept, track):
    """Remove a track's items, it, its clips and bins; what could not be."""
    number, about, left = track.number, track.comment, []
    index = track.index

    def items():
        found = [each for each in tracks_of(edit) if each.index == index and each.number == number]
        return found[0].items if found else []

    def delete():
        if call(edit.timeline, "GetIsTrackLocked", "audio", index):
            call(edit.timeline, "SetTrackLock", "audio", index, False)
        call(edit.timeline, "DeleteClips", items())

    if not settle(lambda: not items(), delete):
        return ["the music on track %d" % index]
    if track.is_shared:
        say("The track %s has something of yours on it, and stays." % track_name(number))
    elif not settle(lambda: not _is_empty_track(edit, index, number),
                    lambda: call(edit.timeline, "DeleteTrack", "audio", index)):  # fmt: skip
        left.append("track %d" % index)
    if about.get("timeline") == edit.id:
        left += _clips(edit, kept, about, number)
    else:
        say("This timeline is a copy: the clips in the media pool belong to the first one, and stay.")
    for other in tracks_of(edit):
        if track_name(other.number) in about.get("off", []) and not settle(
            *switching(edit, other.index, True)
        ):
            left.append("track %d is still switched off" % other.index)
    return left


def _is_empty_track(edit, index, number):
    """Whether the track is there still; an index alone would be the next one's after it is gone."""
    if int(ask(edit.timeline, "GetTrackCount", "audio")) < index:
        return False
    return ask(edit.timeline, "GetTrackName", "audio", index) == track_name(number) and not edit.items(
        "audio", index
    )


def _clips(edit, kept, about, number):
    path = _bin_path(edit, "v%03d" % number, about)
    if path is None:
        say("The bin of this take was moved or removed; what is left of it stays.")
        return []
    folder, doomed, left = path[-1], set(about.get("clips", [])), []

    def ours():
        return [clip for clip in several(folder, "GetClipList") if ask(clip, "GetUniqueId") in doomed]

    # A stem may lie on a track of the user's: without its clip it would go offline.
    used = [clip for clip in ours() if _uses(clip)]
    if used:
        names = ", ".join(str(look(clip, "GetName")) for clip in used)
        say("%s is used elsewhere too, so the clips of this take stay in the media pool." % names)
        return []
    kept.forget([ask(each, "GetUniqueId") for each in path[1:]], doomed)
    if not settle(lambda: not ours(), lambda: call(edit.pool, "DeleteClips", ours())):
        left.append("clips in the bin %s" % ask(folder, "GetName"))
    # The bins that this take had made, from the innermost, as long as nothing of anybody's is in them.
    for parent, inner in list(zip(path, path[1:]))[::-1][: int(about.get("bins", 0))]:
        name = ask(inner, "GetName")
        if several(inner, "GetClipList") or several(inner, "GetSubFolderList"):
            break
        if not settle(lambda p=parent, n=name: child(p, n) is None,
                      lambda i=inner: call(edit.pool, "DeleteFolders", [i])):  # fmt: skip
            left.append("the bin %s" % name)
    return left


def _uses(clip):
    """How often a clip lies on timelines; once where that is not told, because what is used must stay."""
    text = look(clip, "GetClipProperty", "Usage")
    if text is None:
        return 1
    return int(text) if str(text).isdigit() else 0


def _bin_path(edit, name, about):
    """The bins from the root to that of a take; the timeline may have another name by now."""
    root = ask(edit.pool, "GetRootFolder")
    top = child(root, BIN)
    for middle in several(top, "GetSubFolderList") if top else []:
        inner = child(middle, name)
        for clip in several(inner, "GetClipList") if inner else []:
            found = comment_of(clip)
            if found is not None and found.get("timeline") == about.get("timeline"):
                return [root, top, middle, inner]
    return None


def _markers_before(edit, number):
    """Put the markers back of the take that the removed one's had replaced, by that take's cue sheet."""
    if number is None:
        return
    take = recall(edit, number)
    if take is None or not os.path.isfile(take["sheet"]):
        say("The markers of take %d are not put back: its cue sheet is gone." % number)
        return
    wanted = Sheet(take["sheet"]).markers(number, take["before"])
    now = edit.markers()
    if not add_markers(edit, {frame: about for frame, about in wanted.items() if frame not in now}):
        say("Not all markers of take %d are back." % number)
