"""Run one command: signals, errors and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bridge.cli.arguments import parse
from bridge.cli.output import prepare_streams
from bridge.cli.report import Reporter, reporter
from bridge.cli.stopping import stop_on_signals
from bridge.errors import Cancelled, CuebridgeError
from bridge.wire.flag import Flag


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. No exception leaves, but for `--help` and `--version`."""
    stop = stop_on_signals()
    prepare_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    return _answered(words, reporter("--json" in words, brief=words[:1] == ["batch"]), stop)


def _answered(words: list[str], told: Reporter, stop: Flag) -> int:
    try:
        return _command(words, told, stop)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except CuebridgeError as error:
        failure = error
    except BaseException as error:
        if stop.is_set():  # whatever broke while everything was being stopped
            failure = Cancelled()
        else:
            from bridge.cli.crash import crashed

            failure = crashed(error)
    finally:
        told.close()
    told.failed(failure)
    return failure.exit_code


def _command(words: list[str], told: Reporter, stop: Flag) -> int:
    options = parse(words)
    # Each command is imported when it is asked for: `serve` needs no bars and `doctor` hardly anything.
    if options.command == "score":
        from bridge.cli import scoring

        return scoring.run(options, told, stop)
    if options.command == "spot":
        from bridge.cli import spotting

        return spotting.run(options, told, stop)
    if options.command == "batch":
        from bridge.cli import batch

        return batch.run(options, told, stop)
    if options.command == "revise":
        from bridge.cli import revising

        return revising.run(options, told, stop)
    if options.command == "complement":
        from bridge.cli import complementing

        return complementing.run(options, told, stop)
    if options.command == "serve":
        from bridge.cli import serving

        return serving.run(options, told, stop)
    if options.command == "cancel":
        from bridge.cli import serving

        return serving.cancel(options, told, stop)
    if options.command == "plugins":
        from bridge.cli import plugins

        return plugins.run(options, told, stop)
    if options.command == "models":
        from bridge.cli import models

        return models.run(options, told, stop)
    if options.command == "play":
        from bridge.cli import playing

        return playing.run(options, told, stop)
    if options.command == "mailbox":
        from bridge.cli import mailbox

        return mailbox.run(options.path, stop, lambda inner, rows: _answered(inner, rows, stop))
    if options.command in ("takes", "fetch"):
        from bridge.cli import takes

        return (takes.run if options.command == "takes" else takes.fetch)(options, told, stop)
    if options.command == "describe":
        from bridge.cli import describing

        return describing.run(options, told, stop)
    from bridge.cli import doctor

    return doctor.run(options, told, stop)
