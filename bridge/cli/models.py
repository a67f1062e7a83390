"""`cuebridge models add soundfont | synthesizer | speech | clip`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bridge.cli.report import Reporter
from bridge.cli.sounding import Watched
from bridge.errors import InputError
from bridge.installing.added import add_soundfont, add_synthesizer
from bridge.installing.clip import add_clip
from bridge.installing.speech import add_speech
from bridge.sounding.library import how_to_have_it
from bridge.wire.flag import Flag


def run(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Fetch one of them, or export it, and put it in place.

    Raises:
        InputError: it cannot be had, or is not what it should be.
        OutputError: it cannot be written.
        Cancelled: somebody asked to stop; nothing is left.
    """
    watched = Watched(Path(options.item), reporter, stop)
    if options.item == "clip":
        if options.origin:
            raise InputError("a file of weights is named by --pretrained", where="--from")
        added = add_clip(options.arch, options.pretrained, watched)
    elif options.item == "speech":
        added = add_speech(options.origin, watched)
    elif options.item == "synthesizer" and sys.platform != "win32":
        raise InputError("FluidSynth is fetched on Windows alone", remedy=how_to_have_it())
    else:
        add = add_soundfont if options.item == "soundfont" else add_synthesizer
        added = add(options.origin, watched)
    fields = {"item": options.item, "path": str(added.path), "sha256": added.sha256, "licence": added.licence}
    reporter.tell("added", fields, [str(added.path), f"  SHA-256 {added.sha256}", f"  {added.licence}"])
    return 0
