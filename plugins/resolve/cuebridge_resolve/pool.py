"""The media pool: bins found or made, files imported into them."""

import os
import unicodedata

from cuebridge_resolve.host import ask, call, must, settle, several
from cuebridge_resolve.trouble import Trouble, say


def child(folder, name):
    """A bin inside another, None where there is none."""
    for each in several(folder, "GetSubFolderList"):
        if ask(each, "GetName") == name:
            return each
    return None


def made_bins(edit, names, undo):
    """The innermost of bins inside each other from the root on, and how many had to be made."""
    folder, made = ask(edit.pool, "GetRootFolder"), 0
    for name in names:
        inner = child(folder, name)
        if inner is None:
            inner, made = _made(edit, folder, name, undo), made + 1
        folder = inner
    return folder, made


def _made(edit, folder, name, undo):
    undo.add(
        "the bin %s" % name,
        lambda: child(folder, name) is None,
        lambda: call(edit.pool, "DeleteFolders", [child(folder, name)]),
    )
    must(
        lambda: child(folder, name) is not None,
        lambda: call(edit.pool, "AddSubFolder", folder, name),
        "make the bin %s" % name,
    )
    return child(folder, name)


def open_bin(edit, folder):
    """Make a bin the current one: imports go nowhere else."""
    wanted = ask(folder, "GetUniqueId")
    must(
        lambda: ask(ask(edit.pool, "GetCurrentFolder"), "GetUniqueId") == wanted,
        lambda: call(edit.pool, "SetCurrentFolder", folder),
        "open the bin %s" % ask(folder, "GetName"),
    )


def imported(edit, folder, paths, undo):
    """The clips of files that are imported into a bin, by path; what Resolve does not take is left out.

    Raises:
        Trouble: the first is not taken.
    """
    open_bin(edit, folder)
    before = {ask(clip, "GetUniqueId") for clip in several(folder, "GetClipList")}

    def fresh():
        return [clip for clip in several(folder, "GetClipList") if ask(clip, "GetUniqueId") not in before]

    undo.add("imported files", lambda: not fresh(), lambda: call(edit.pool, "DeleteClips", fresh()))
    clips = {}
    for number, path in enumerate(paths):

        def there(path=path):
            for clip in fresh():
                if _comparable(call(clip, "GetClipProperty", "File Path")) == _comparable(path):
                    clips[path] = clip
            return path in clips

        if not settle(there, lambda path=path: call(edit.pool, "ImportMedia", [path])):
            if number == 0:
                raise Trouble("Resolve did not import %s." % path, "Drag it into the media pool by hand.")
            say("Resolve did not import %s; drag it into the media pool by hand." % path)
    return clips


def _comparable(path):
    """A path for comparing: Resolve may tell it with other slashes, or an umlaut as two characters."""
    return unicodedata.normalize("NFC", os.path.normcase(os.path.normpath(str(path))))
