"""The brief as a text: what was asked, and of every plot what was seen, heard, concluded, timed and composed.

One paragraph a stage, as a film composer's notes have them. Everything comes from measured values and from
the sheet; what was not looked at or listened to is said. `schema.brief_text` reads it back.
"""

from __future__ import annotations

from collections.abc import Callable

from bridge.schema.brief_text import MARK, line_of
from bridge.schema.cues import CueSheet, Plot
from bridge.schema.picture import Picture
from bridge.schema.score import Score
from bridge.schema.tempo import Form
from bridge.schema.timeline import EditKind, Timeline
from bridge.timebase import frames_to_timecode
from bridge.writing.plot_words import composed, heard, seen, spotted, timed
from bridge.writing.text import one_line, utf8

_HOW = (
    "Lines that begin with a dash can be changed: correct what is wrong, say what is missing, and hand this"
    " file back with `--brief @FILE`. What is left empty is Cuebridge's to decide. Plots may be moved, joined"
    " or split by their timecodes, as long as they follow one another without a gap."
)


def brief_text(
    name: str, timeline: Timeline, picture: Picture, cues: CueSheet, form: Form, score: Score | None = None
) -> bytes:
    """The brief in Markdown, UTF-8; the same bytes for the same arguments.

    Args:
        name: what the timeline is called.
        timeline: what was read.
        picture: what was seen of it.
        cues: what was concluded.
        form: its tempo map and bars.
        score: what was composed; None where nothing was.
    """
    blocks = [
        f"# Brief: {one_line(name)}",
        f"<!-- {MARK} -->",
        _HOW,
        "\n".join(_asked(cues)),
        _whole(timeline, picture, cues),
    ]
    notes = list(dict.fromkeys((*cues.notes, *form.notes)))
    if notes:
        blocks.append("Notes: " + " ".join(f"{one_line(note).rstrip('.')}." for note in notes))
    for plot in cues.plots:
        blocks += _plot(plot, timeline, picture, cues, form, score)
    return utf8("\n\n".join(blocks) + "\n").encode()


def told_of_plots(cues: CueSheet, timeline: Timeline, picture: Picture) -> str:
    """What was seen, heard and spotted of every plot, a line a stage, for a reader of text alone."""
    lines = []
    for plot in cues.plots:
        lines += [
            f"{plot.id}:",
            f"  Seen: {seen(plot, timeline, picture)}",
            f"  Heard: {heard(plot, cues)}",
            f"  Spotted: {spotted(plot, cues)}",
        ]
    return "\n".join(lines)


def _words(cues: CueSheet) -> tuple[str, str]:
    return cues.about.style, cues.about.instruments


def _asked(cues: CueSheet) -> list[str]:
    about = cues.about
    lines = [line_of("brief", cues.brief)]
    lines += [line_of(name, getattr(about, name)) for name in ("audience", "brand", "style", "instruments")]
    lines += [line_of("no music", span) for span in about.no_music or ("",)]
    lines += [line_of("still", path) for path in about.stills or ("",)]
    return lines


def _whole(timeline: Timeline, picture: Picture, cues: CueSheet) -> str:
    label = _label(cues)
    transitions = sum(point.kind is EditKind.TRANSITION for point in timeline.edit_points)
    cuts = len(timeline.edit_points) - transitions
    share = float(picture.seen.mean())
    looked = "all of it" if share == 1 else "none of it" if share == 0 else f"{100 * share:.0f} % of it"
    silent = sum(plot.end_frame - plot.start_frame for plot in cues.plots if not plot.music)
    told = [
        f"{label(cues.cue_start_frame)} to {label(cues.cue_end_frame)}, {float(cues.cue_length_s):.1f} s at"
        f" {float(cues.rate):.6g} frames a second; {cuts} cuts and {transitions} transitions in the edit.",
        f"Looked at: {looked}, for light, colour, motion and cutting"
        + (", meaning and emotion." if picture.emotion is not None else "; not for meaning or emotion."),
        f"{len(cues.plots)} plots; no music for {100 * silent / timeline.cue_frames:.0f} % of the time.",
    ]
    return " ".join(told)


def _plot(
    plot: Plot, timeline: Timeline, picture: Picture, cues: CueSheet, form: Form, score: Score | None
) -> list[str]:
    label = _label(cues)
    # A palette that all plots share comes of the words above, which may be changed there.
    shared = len({each.palette for each in cues.plots}) == 1 and any((cues.brief, *_words(cues)))
    music = "not composed." if score is None else composed(plot, form, score, score.layers)
    stages = (
        ("Seen", seen(plot, timeline, picture)),
        ("Heard", heard(plot, cues)),
        ("Spotted", spotted(plot, cues)),
        ("Timed", timed(plot, cues, form)),
        ("Composed", music),
    )
    lines = (
        line_of("label", plot.label.value),
        line_of("music", "yes" if plot.music else "no"),
        line_of("words", plot.words),
        line_of("mood", ", ".join(f"{axis} {getattr(plot, axis):g}" for axis in plot.given)),
        line_of("palette", "" if shared else plot.palette),
        line_of("tempo", "" if plot.tempo_bpm is None else f"{plot.tempo_bpm:g}"),
    )
    return [
        f"## {plot.id}: {label(plot.start_frame)} to {label(plot.end_frame)}",
        *(f"{stage}: {text}" for stage, text in stages),
        "\n".join(lines),
    ]


def _label(cues: CueSheet) -> Callable[[int], str]:
    return lambda frame: frames_to_timecode(cues.start_timecode_frames + frame, cues.rate, cues.drop_frame)
