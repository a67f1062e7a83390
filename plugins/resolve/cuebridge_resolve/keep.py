"""What the user has in front of them: remembered, and put back however the script ends."""

from cuebridge_resolve.host import ask, call, can, look, must, settle
from cuebridge_resolve.trouble import Trouble, say

_EDIT = "edit"


def check_page(edit):
    """Look whether the page can be left and gone back to.

    Raises:
        Trouble: marks would be lost, or Resolve does not say which page it is.
    """
    marks = edit.mark_in, edit.mark_out
    if ask(edit.resolve, "GetCurrentPage") == "deliver" and (
        not edit.has_marks or (None in marks and marks != (None, None))
    ):
        # Going back there sets marks, and no call sets one of the two alone.
        raise Trouble(
            "From the Deliver page the In and Out marks would be lost.",
            "Go to the Edit page, then run the script again.",
        )


class Kept:
    """Page, marks, playhead, bin and selection: `open_edit_page` goes where placing works, `restore` back.

    Raises:
        Trouble: Resolve is on a page that cannot be gone back to without loss.
    """

    def __init__(self, edit):
        self.edit = edit
        self.page = ask(edit.resolve, "GetCurrentPage")
        self.marks = edit.mark_in, edit.mark_out
        check_page(edit)
        self.folder = ask(edit.pool, "GetCurrentFolder")
        self.folder_id = ask(self.folder, "GetUniqueId")
        self.selection = (
            look(edit.pool, "GetSelectedClips") or [] if can(edit.pool, "GetSelectedClips") else []
        )
        if len(self.selection) > 1:
            say("Several clips are selected in the media pool; no call selects them again.")
        self.playhead = None

    def open_edit_page(self):
        """Go to the Edit page, and look where the playhead is: not every page says."""
        resolve = self.edit.resolve
        if self.page != _EDIT:
            must(
                lambda: call(resolve, "GetCurrentPage") == _EDIT, lambda: call(resolve, "OpenPage", _EDIT),
                "open the Edit page",
            )  # fmt: skip
        self.playhead = ask(self.edit.timeline, "GetCurrentTimecode")

    def forget(self, folder_ids, clip_ids):
        """Bins and clips that are going to be deleted cannot be gone back to."""
        if self.folder_id in folder_ids:
            self.folder = None
        self.selection = [clip for clip in self.selection if ask(clip, "GetUniqueId") not in clip_ids]

    def restore(self):
        """Put everything back that is not as it was, and say what could not be."""
        edit, lost = self.edit, []
        steps = [("playhead", self._playhead_is, self._set_playhead)]
        steps += [("page", self._page_is, lambda: call(edit.resolve, "OpenPage", self.page))]
        if edit.has_marks:
            steps.append(("In and Out marks", self._marks_are, self._set_marks))
        if self.folder is not None:
            steps.append(("bin", self._folder_is, lambda: call(edit.pool, "SetCurrentFolder", self.folder)))
        if len(self.selection) == 1:  # more than one clip no call can select
            steps.append(("selection", self._selection_is, self._select))
        for what, is_so, make_so in steps:
            if not settle(is_so, make_so):
                lost.append(what)
        if lost:
            say("Not put back as it was: %s. Resolve did not do it." % ", ".join(lost))

    def _playhead_is(self):
        return self.playhead is None or ask(self.edit.timeline, "GetCurrentTimecode") == self.playhead

    def _set_playhead(self):
        call(self.edit.timeline, "SetCurrentTimecode", self.playhead)

    def _page_is(self):
        return call(self.edit.resolve, "GetCurrentPage") == self.page

    def _marks_are(self):
        found = call(self.edit.timeline, "GetMarkInOut")
        if not isinstance(found, dict):
            raise ValueError("no marks were answered")
        now = found.get("video") or found.get("audio") or {}
        first, last = now.get("in"), now.get("out")
        return (first, None if last is None else last + 1) == self.marks

    def _set_marks(self):
        first, after = self.marks
        call(self.edit.timeline, "ClearMarkInOut", "all")
        if first is not None and after is not None:
            call(self.edit.timeline, "SetMarkInOut", first, after - 1, "all")

    def _folder_is(self):
        return ask(ask(self.edit.pool, "GetCurrentFolder"), "GetUniqueId") == self.folder_id

    def _selection_is(self):
        now = [ask(clip, "GetUniqueId") for clip in look(self.edit.pool, "GetSelectedClips") or []]
        return now == [ask(clip, "GetUniqueId") for clip in self.selection]

    def _select(self):
        call(self.edit.pool, "SetSelectedClip", self.selection[0])
