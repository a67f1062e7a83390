"""The command line's grammar."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from bridge import __version__
from bridge.cli.briefing import add_brief
from bridge.cli.controls import add_controls
from bridge.errors import SettingsError

_EXITS = """exit codes:
  0 done   1 some of a batch failed, or the fault is ours   2 the input or the arguments are at fault
  3 the daemon can't be reached   130 cancelled"""


class _Parser(argparse.ArgumentParser):
    """Raises instead of printing, so that a wrong argument is reported like every other error."""

    def error(self, message: str) -> NoReturn:
        raise SettingsError(message, remedy=f"`{self.prog} --help` shows how")


def parse(arguments: list[str]) -> argparse.Namespace:
    """The arguments, checked; `command` names the command.

    Raises:
        SettingsError: they break the grammar.
        SystemExit: `--help` or `--version` was asked for and has been answered.
    """
    parser = _Parser(
        prog="cuebridge",
        description="Scores a video edit: a timeline goes in, MIDI whose beats land on the cuts comes out.",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"cuebridge {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    score = commands.add_parser("score", help="score one timeline or film", allow_abbrev=False)
    score.add_argument("source", type=Path, metavar="TIMELINE_OR_FILM")
    _scoring(score)
    _lines(score)

    spot = commands.add_parser(
        "spot", help="cue sheet, brief and page of a timeline or film, without music", allow_abbrev=False
    )
    spot.add_argument("source", type=Path, metavar="TIMELINE_OR_FILM")
    _scoring(spot, sound=False)

    batch = commands.add_parser("batch", help="score many", allow_abbrev=False)
    batch.add_argument("paths", nargs="+", metavar="PATH", help="files, folders and globs")
    _scoring(batch)
    batch.add_argument("--jobs", type=int, default=1, metavar="N", help="score so many at once (default 1)")
    batch.add_argument("--again", action="store_true", help="score anew what is done already")

    _revise(commands.add_parser("revise", help="compose some plots of a score anew", allow_abbrev=False))

    _complement(
        commands.add_parser("complement", help="add the parts that a MIDI file lacks", allow_abbrev=False)
    )

    _serve(commands.add_parser("serve", help="run a daemon in this terminal", allow_abbrev=False))

    _play(commands.add_parser("play", help="play a score live to a MIDI port", allow_abbrev=False))

    takes = commands.add_parser(
        "takes", help="list the scores there are, the newest first", allow_abbrev=False
    )
    takes.add_argument("--name", default="", metavar="NAME", help="only takes filed under it")
    takes.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many (default 50)")
    _json(takes)

    fetch = commands.add_parser("fetch", help="write the files of a take again", allow_abbrev=False)
    fetch.add_argument("take", metavar="TAKE", help="its id, as `takes` lists it, or `latest`")
    fetch.add_argument("-o", "--out-dir", type=Path, metavar="OUT_DIR", help="files that are there are left")
    _audio(fetch)
    _lines(fetch)
    _json(fetch)

    mailbox = commands.add_parser(
        "mailbox",
        help="run the command in PATH.request, answer in PATH.answer",
        description="For hosts whose scripts can only start a process. PATH.request holds one argument "
        "a line; events go to PATH.answer as tab-separated rows; a file PATH.cancel cancels.",
        allow_abbrev=False,
    )
    mailbox.add_argument("path", type=Path, metavar="PATH")

    _plugins(
        commands.add_parser(
            "plugins", help="install into other programs, take out of them, look", allow_abbrev=False
        )
    )

    _models(commands.add_parser("models", help="fetch what else is made use of", allow_abbrev=False))

    cancel = commands.add_parser("cancel", help="stop a job", allow_abbrev=False)
    which = cancel.add_mutually_exclusive_group()
    which.add_argument(
        "job", nargs="?", default="", metavar="JOB", help="its name; may be left out if there is one"
    )
    which.add_argument("--all", action="store_true", help="every job")
    _json(cancel)

    _json(commands.add_parser("describe", help="say what the daemon is and does", allow_abbrev=False))
    _json(commands.add_parser("doctor", help="check the installation", allow_abbrev=False))
    return parser.parse_args(arguments)


def _scoring(parser: argparse.ArgumentParser, *, sound: bool = True) -> None:
    parser.add_argument(
        "-o", "--out-dir", type=Path, required=True, metavar="OUT_DIR", help="made when missing"
    )
    parser.add_argument("--fps", default="", metavar="R", help="frame rate, such as 25, 23.976 or 30000/1001")
    parser.add_argument("--in", dest="mark_in", default="", metavar="TC", help="timecode of the first frame")
    parser.add_argument(
        "--out", dest="mark_out", default="", metavar="TC", help="timecode after the last frame"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="another seed, another music (default 0)"
    )
    parser.add_argument("--cues", type=Path, metavar="FILE", help="an edited cue sheet (NAME.cues.json)")
    parser.add_argument(
        "--markers",
        type=Path,
        metavar="FILE",
        help="markers in the place of the timeline's own: Resolve's EDL of markers, or JSON",
    )
    add_brief(parser)
    if sound:
        _audio(parser)
    _json(parser)
    add_controls(parser)


def _revise(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Makes another take of a score: the plots named are composed anew, all else stays as it is, note for "
        "note. The brief may say less, more or no INSTRUMENT, moods, busy, sparse, louder, softer."
    )
    parser.add_argument(
        "score", metavar="SCORE", help="a take (`takes` lists them), `latest`, or a file such as NAME.mid"
    )
    parser.add_argument("--plots", required=True, metavar="2,4", help="plots to compose anew, as numbered")
    parser.add_argument("--brief", default="", metavar="TEXT", help="what should change there, in words")
    parser.add_argument(
        "--markers", type=Path, metavar="FILE", help="all markers as they are now (JSON): hits follow"
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="seed of the new music (default: the next variation)"
    )
    parser.add_argument(
        "--lock", action="append", default=[], metavar="PART",
        help="a part that stays, by name or by what it does (melody, bass ...); chords keeps the harmony",
    )  # fmt: skip
    parser.add_argument("-o", "--out-dir", type=Path, metavar="OUT_DIR", help="default: where the score lies")
    _audio(parser)
    _lines(parser)
    _json(parser)


def _complement(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Writes GIVEN once more with new tracks after its own, which stay byte for byte, as do its ticks a "
        "quarter and its tempo map: on the chords that are heard, in the groove, where there is room."
    )
    parser.add_argument("given", type=Path, metavar="GIVEN.mid", help="what you have, such as drums and bass")
    parser.add_argument(
        "--parts", required=True, metavar="PART,PART",
        help="instruments (piano, guitar ...), or melody, accompaniment, bass, pad, pulse, ostinato, drums",
    )  # fmt: skip
    parser.add_argument(
        "--timeline", type=Path, metavar="T", help="the picture; its cue begins where GIVEN does"
    )
    parser.add_argument(
        "--tempo-map", type=Path, metavar="FILE.mid", help="take this file's tempi and metres, not GIVEN's"
    )
    parser.add_argument("--fps", default="", metavar="R", help="the timeline's frame rate, for an EDL")
    parser.add_argument("--in", dest="mark_in", default="", metavar="TC", help="timecode of the first frame")
    parser.add_argument(
        "--out", dest="mark_out", default="", metavar="TC", help="timecode after the last frame"
    )
    parser.add_argument("--brief", default="", metavar="TEXT", help="what the music should be, in words")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another seed, another music")
    parser.add_argument("-o", "--out-dir", type=Path, metavar="OUT_DIR", help="default: where GIVEN lies")
    parser.add_argument(
        "--name", default="", metavar="NAME", help="what to call it (default: GIVEN.complement)"
    )
    _audio(parser)
    _lines(parser)
    _json(parser)


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine alone)"
    )
    parser.add_argument("--port", type=int, default=0, help="port on it (default: a free one)")
    parser.add_argument(
        "--tls-cert", type=Path, metavar="FILE", help="certificate chain, PEM; with any other host"
    )
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key, PEM")
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="token for callers from outside (default: one is made)",
    )
    parser.add_argument(
        "--root", type=Path, nargs="+", action="extend", default=[], metavar="DIR",
        help="folders that callers from outside may read",
    )  # fmt: skip
    parser.add_argument("--idle", type=float, metavar="S", help="leave after so many seconds without work")
    parser.add_argument("--workers", type=int, metavar="N", help="jobs run at once")
    # How a command starts a daemon: it leaves after CUEBRIDGE_IDLE_S, and makes way for one that is there.
    parser.add_argument("--auto", action="store_true", help=argparse.SUPPRESS)


def _plugins(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", metavar="WHAT", required=True)
    for deed, what in (("install", "put a plugin in place"), ("uninstall", "take it out again")):
        each = deeds.add_parser(deed, help=what, allow_abbrev=False)
        each.add_argument("host", choices=("reaper", "resolve"), metavar="PROGRAM", help="reaper or resolve")
        which = each.add_mutually_exclusive_group()
        which.add_argument(
            "--to", type=Path, metavar="DIR", help="a portable REAPER's folder, or a Fusion/Scripts"
        )
        which.add_argument("--all", action="store_true", help="every installation that is found")
        which.add_argument("--all-users", action="store_true", help="Resolve: for all users of this machine")
        if deed == "install":
            each.add_argument(
                "--startup", action="store_true",
                help="REAPER: let a block in __startup.lua tell it of the actions, not reaper-kb.ini",
            )  # fmt: skip
            each.add_argument(
                "--record", action="store_true", help="Resolve: let every run write a trace of its calls"
            )
        _json(each)
    status = deeds.add_parser("status", help="say what is installed where", allow_abbrev=False)
    status.add_argument("--to", type=Path, metavar="DIR", help="look into this folder instead")
    _json(status)


def _models(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", metavar="WHAT", required=True)
    add = deeds.add_parser(
        "add",
        help="fetch a soundfont, on Windows FluidSynth, a recogniser of speech, or export CLIP",
        allow_abbrev=False,
    )
    items = ("soundfont", "synthesizer", "speech", "clip")
    add.add_argument("item", choices=items, metavar=" | ".join(items))
    add.add_argument("--from", dest="origin", default="", metavar="FILE_OR_URL", help="take this one instead")
    add.add_argument(
        "--arch", default="ViT-B-32", metavar="NAME",
        help="clip: open_clip's name of an architecture, or a configuration file (default ViT-B-32)",
    )  # fmt: skip
    add.add_argument(
        "--pretrained", default="laion2b_s34b_b79k", metavar="TAG_OR_FILE",
        help="clip: open_clip's tag of the weights, or a file of them (default laion2b_s34b_b79k)",
    )  # fmt: skip
    _json(add)


def _play(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("score", type=Path, metavar="SCORE", help="a MIDI file, such as NAME.mid")
    parser.add_argument(
        "--port", default="", metavar="NAME",
        help="another program's port, or a part of its name (default: a virtual port of its own)",
    )  # fmt: skip
    parser.add_argument("--driver", default="", metavar="NAME", help="alsa, jack, core or winmm")
    parser.add_argument("--clock", action="store_true", help="send MIDI clock and song position too")
    parser.add_argument("--from", dest="from_timecode", default="", metavar="TC", help="start at a timecode")
    parser.add_argument("--loop", default="", metavar="PLOT", help="play one plot (p2) over and over")
    _json(parser)


def _lines(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reaper-lines", type=Path, metavar="FILE", help="also as plain rows, for the REAPER actions"
    )


def _audio(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--audio", action="store_true", help="also NAME.wav and NAME.stems/PART.wav, 48 kHz, 24 bit"
    )
    parser.add_argument(
        "--bundle", action="store_true",
        help="a folder NAME.bundle for placing it by hand: audio, markers as EDL, OTIO, MIDI, a text",
    )  # fmt: skip
    parser.add_argument(
        "--soundfont", type=Path, metavar="FILE", help="the .sf2 or .sf3 to play it with (default: one found)"
    )
    parser.add_argument(
        "--loudness",
        type=float,
        metavar="LUFS",
        help="integrated loudness of the mix (default -23, EBU R 128)",
    )
    parser.add_argument(
        "--ring-out", type=float, metavar="S", help="seconds the audio goes on after the cue (default 5)"
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="machine-readable output, one JSON object a line")
