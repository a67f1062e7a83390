"""`cuebridge spot`: cue sheet, brief and page of a timeline, without music."""

from __future__ import annotations

import argparse
from dataclasses import replace

from bridge.cli.report import Reporter
from bridge.cli.scoring import absolute, check_folder, check_source, deliver, settings_of
from bridge.client import Order, connect
from bridge.errors import CuebridgeError
from bridge.wire.flag import Flag


def run(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Spot one source; 0, or the exit code of what was wrong with it.

    Raises:
        SettingsError: an argument is out of range.
        CueSheetError: the cue sheet cannot be read.
    """
    source, folder = absolute(options.source), absolute(options.out_dir)
    settings = replace(settings_of(options), only_spot=True)
    try:
        check_source(source)
        check_folder(folder)
        with connect(say=reporter.warn, stop=stop) as client:
            delivered = deliver(client, Order(source, folder, settings), reporter, stop)
    except CuebridgeError as error:
        reporter.failed(error, source)
        return error.exit_code
    reporter.delivered(source, delivered)
    return 0
