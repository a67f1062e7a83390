"""Where a timeline's scores lie, under names that every system can have."""

import os
import unicodedata

from cuebridge_resolve.settings import SCORES

_NEVER = '<>:"/\\|?*'
_RESERVED = {"con", "prn", "aux", "nul"} | {"%s%d" % (n, i) for n in ("com", "lpt") for i in range(1, 10)}
_MOST = 80


def safe_name(name):
    """A file name as near to `name` as every system allows."""
    text = unicodedata.normalize("NFC", str(name))
    text = "".join("_" if char in _NEVER or ord(char) < 32 else char for char in text)
    text = text.strip()[:_MOST].rstrip(". ") or "Timeline"
    if text.split(".")[0].lower() in _RESERVED or text.startswith("."):
        text = "_" + text
    return text


def folder_of(project, timeline):
    """The folder of a timeline's scores."""
    return os.path.join(SCORES, safe_name(project), safe_name(timeline))
