"""Our markers on the timeline: put there, replaced, taken away; never on a frame that has one already."""

from cuebridge_resolve.host import call, must, settle
from cuebridge_resolve.ours import is_generated


def replace_markers(edit, wanted, undo):
    """Put ours in the place of those of other takes; how many found their frame taken by the user's own."""
    now = edit.markers()
    old = {frame: about for frame, about in now.items() if is_generated(about)}
    free = {frame: about for frame, about in wanted.items() if frame not in now or frame in old}
    undo.add("older markers", lambda: _has(edit, old), lambda: _add(edit, old))
    undo.add("markers", lambda: not _left(edit, free), lambda: delete_markers(edit, free))
    must(lambda: not _left(edit, old), lambda: delete_markers(edit, old), "take the older markers away")
    # Where Resolve wants no marker, or another has appeared meanwhile, the music is there all the same.
    settle(lambda: _has(edit, free), lambda: _add(edit, free))
    there = [frame for frame, about in edit.markers().items() if _same(wanted.get(frame), about)]
    return len(wanted) - len(there)


def add_markers(edit, wanted):
    """Add those whose frames are free; whether all were."""
    return settle(lambda: _has(edit, wanted), lambda: _add(edit, wanted))


def delete_markers(edit, doomed):
    """Delete markers as far as they are there still, and still as they were."""
    for frame in _left(edit, doomed):
        call(edit.timeline, "DeleteMarkerAtFrame", frame)


def are_deleted(edit, doomed):
    """Whether none of them is there."""
    return not _left(edit, doomed)


def _left(edit, doomed):
    now = edit.markers()
    return [frame for frame, about in sorted(doomed.items()) if _same(now.get(frame), about)]


def _has(edit, wanted):
    now = edit.markers()
    return all(_same(now.get(frame), about) for frame, about in wanted.items())


def _add(edit, wanted):
    now = edit.markers()
    for frame, about in sorted(wanted.items()):
        if frame not in now:
            call(
                edit.timeline, "AddMarker", frame, about["color"], about["name"], about["note"],
                int(float(about["duration"])), about["customData"],
            )  # fmt: skip


def _same(one, other):
    return one is not None and one.get("customData") == other.get("customData")
