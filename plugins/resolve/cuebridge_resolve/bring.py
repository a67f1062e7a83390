"""Bringing a take back: a bin with its sounds, a track with the mix, markers at hits. All or nothing."""

import json
import os

from cuebridge_resolve.edit import Edit
from cuebridge_resolve.host import ask, call, can, look, must, settle
from cuebridge_resolve.keep import Kept
from cuebridge_resolve.marks import replace_markers
from cuebridge_resolve.ours import BIN, COLOR, FIELD, MARK, generated, is_generated, track_name
from cuebridge_resolve.place import placed, switched_off
from cuebridge_resolve.pool import imported, made_bins
from cuebridge_resolve.sheet import Sheet
from cuebridge_resolve.takes import next_number, remember
from cuebridge_resolve.trouble import Trouble, say
from cuebridge_resolve.undo import Undo


def bring(was, result, sent):
    """Put a take of the timeline `was` into Resolve, by the command's last event, and the markers `sent`."""
    files = result["files"]
    sheet = Sheet(files["cues.json"])
    mix, stems = sounds_of(files)
    edit, back = _in_front(was)
    undo = Undo()
    try:
        kept = Kept(edit)
        number = next_number(edit, int(result["take"]))
        try:
            if mix and not can(edit.timeline, "AddTrack"):
                say("This version of Resolve adds no tracks by script: drag %s onto one." % mix)
            elif mix:
                _sound(edit, kept, sheet, number, [mix] + stems, undo)
            else:
                say("There is no sound of this score, so only markers and files are brought back.")
                say((result["summary"].get("audio") or {}).get("problem") or "`cuebridge doctor` says why.")
            before = _markers(edit, sheet, number, undo)
        except BaseException:
            undo.run()
            raise
        finally:
            kept.restore()
    finally:
        back()
    remember(edit, number, {"sheet": sheet.path, "sent": sent, "before": before})
    say('Take %d of "%s" is there. Its files lie in %s' % (number, edit.name, os.path.dirname(sheet.path)))


def sounds_of(files):
    """(the mix or None, the stems), of what the command wrote: NAME.wav, and NAME.stems/PART.wav."""
    mix = files.get("wav")
    return mix, sorted(path for key, path in files.items() if key.startswith("stems/"))


def _in_front(was):
    """The timeline again, in front; and what puts the one in front back that the user has gone to meanwhile.

    Raises:
        Trouble: another project is open, or the timeline is gone.
    """
    remedy = "The score is in %s; go back and run Score timeline again to have it placed." % was.folder
    project = look(ask(was.resolve, "GetProjectManager"), "GetCurrentProject")
    if not project or ask(project, "GetUniqueId") != was.project_id:
        raise Trouble("Another project is open by now, so nothing was changed.", remedy)

    def current():
        timeline = look(project, "GetCurrentTimeline")
        return timeline, ask(timeline, "GetUniqueId") if timeline else None

    other, other_id = current()
    if other_id == was.id:
        return Edit(was.resolve), lambda: None
    count = int(ask(project, "GetTimelineCount"))
    for timeline in (look(project, "GetTimelineByIndex", index) for index in range(1, count + 1)):
        if timeline and ask(timeline, "GetUniqueId") == was.id:
            break
    else:
        raise Trouble("The timeline is gone, so nothing was changed.", remedy)

    def go(to, ident):
        must(
            lambda: current()[1] == ident,
            lambda: call(project, "SetCurrentTimeline", to),
            "open the timeline",
        )

    go(timeline, was.id)
    return Edit(was.resolve), lambda: go(other, other_id) if other else None


def _sound(edit, kept, sheet, number, paths, undo):
    kept.open_edit_page()
    folder, made = made_bins(edit, [BIN, edit.name, "v%03d" % number], undo)
    clips = imported(edit, folder, paths, undo)
    mix = clips[paths[0]]
    about = {MARK: number, "timeline": edit.id, "bins": made, "off": []}
    about["clips"] = [ask(clip, "GetUniqueId") for clip in clips.values()]
    _comment(mix, about)
    about["off"] = switched_off(edit, undo)
    _comment(mix, about)
    ended = int(ask(edit.timeline, "GetEndFrame"))
    length = placed(edit, mix, paths[0], number, sheet.first_frame, undo)
    say("The music is on the track %s, from the cue's first frame on." % track_name(number))
    over = sheet.first_frame + length - sheet.end_frame
    if over > 0:
        say("It rings on for %d frames after the cue's last." % over)
    if edit.start_frame + sheet.first_frame + length > ended + 1:  # some say the last frame, some the next
        say("So the timeline is longer than its picture: deliver with an Out mark, or shorten the music.")
    if about["off"]:
        say("Switched off, and kept: %s" % ", ".join(about["off"]))


def _comment(clip, about):
    text = json.dumps(about, sort_keys=True)
    if not settle(
        lambda: call(clip, "GetMetadata", FIELD) == text,
        lambda: call(clip, "SetMetadata", FIELD, text),
    ):  # the music is worth more than the note
        say("Resolve keeps no %s on the clip, so Remove last score will not know its track." % FIELD)


def _markers(edit, sheet, number, undo):
    earlier = [generated(about)[0] for about in edit.markers().values() if is_generated(about)]
    before = max(earlier) if earlier else None
    wanted = sheet.markers(number, before)
    missing = replace_markers(edit, wanted, undo)
    say("%d markers in %s." % (len(wanted) - missing, COLOR.lower()))
    if missing:
        say("%d have no marker: their frames have one of yours, or lie off the timeline." % missing)
    return before
