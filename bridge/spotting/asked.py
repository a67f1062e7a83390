"""All that is asked of the whole cue, in one: the brief, the notes that go with it, and spans without music.

The shifts of the brief, of the style and of the instruments' words are taken as they are; those of audience
and brand at half, for they say who listens, not what happens. Together they move no axis by more than .6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bridge.about import About, span_of
from bridge.config import Settings
from bridge.errors import SettingsError, TimecodeError
from bridge.inference.encoder import load_encoder
from bridge.schema.brief_text import PlotNote, parse_brief
from bridge.schema.cues import Plot
from bridge.schema.timeline import Timeline
from bridge.spotting.directions import Span
from bridge.spotting.lexicon import allows_tempo_changes
from bridge.spotting.likeness import Placed, placed
from bridge.spotting.wishes import Wishes, read_brief
from bridge.timebase import frames_to_timecode, mark_frame
from bridge.vocabulary.leaning import harmony_in_words

_HALVED = ("audience", "brand")
_MOST = 0.6
_SHIFTS = ("valence", "energy", "tension", "density", "loudness")
SILENCE = "the brief asks for no music"


@dataclass(frozen=True)
class Asked:
    """What was asked: the words, the notes, what they come to, and plots of a brief that was handed back.

    `understood` and `unknown` are words, for a person; `wishes` holds the sum of all shifts.
    """

    brief: str
    about: About
    wishes: Wishes
    plots: tuple[PlotNote, ...] = ()
    alike: tuple[Placed, ...] = ()


def filled_in(settings: Settings) -> Settings:
    """The settings with what a brief that was handed back says and the request itself does not.

    Raises:
        SettingsError: that brief cannot be read.
    """
    if not settings.brief_document:
        return settings
    document = parse_brief(settings.brief_document)
    given, written = settings.about, document.about
    about = About(
        audience=given.audience or written.audience,
        brand=given.brand or written.brand,
        style=given.style or written.style,
        instruments=given.instruments or written.instruments,
        no_music=given.no_music or written.no_music,
        stills=given.stills or written.stills,
    )
    return replace(settings, brief=settings.brief or document.brief, about=about)


def asked_of(settings: Settings) -> Asked:
    """What a request asks, once it is `filled_in`.

    Raises:
        SettingsError: the brief that was handed back cannot be read.
    """
    plots = parse_brief(settings.brief_document).plots if settings.brief_document else ()
    return Asked(settings.brief, settings.about, _together(settings.brief, settings.about), plots)


def with_likeness(asked: Asked, encoder: str) -> Asked:
    """What was asked, with words that no table knows placed by an encoder that reads text, if there is one.

    Args:
        asked: what was asked.
        encoder: as in `Settings.encoder`.
    """
    if not asked.wishes.unknown:
        return asked
    reader = load_encoder(encoder)
    found = () if reader is None else placed(asked.wishes.unknown, reader, reader.card.emotions)
    if not found:
        return asked
    means = [sum(column) / len(found) for column in zip(*(each.shift for each in found))]
    old = asked.wishes
    shifts: dict[str, Any] = {
        axis: round(min(max(getattr(old, axis) + mean, -_MOST), _MOST), 3)
        for axis, mean in zip(_SHIFTS, means)
    }
    known = {each.word for each in found}
    unknown = tuple(word for word in old.unknown if word not in known)
    return replace(asked, wishes=replace(old, **shifts, unknown=unknown), alike=found)


def silences(timeline: Timeline, about: About) -> tuple[Span, ...]:
    """The spans without music on the timeline's frames, in order.

    Raises:
        SettingsError: an end is no timecode of the timeline, a span is empty, or it lies outside the cue.
    """

    def frame(text: str, whole: str) -> int:
        try:
            found = mark_frame(text, "In", timeline.rate, timeline.start_timecode_frames, timeline.drop_frame)
        except TimecodeError as error:
            raise SettingsError(
                f"in {whole!r}: {error.what}",
                where="--no-music",
                remedy=f"Give timecodes such as {label(timeline.cue_start_frame)}, or frames",
            ) from None
        return timeline.cue_start_frame if found is None else found

    def label(at: int) -> str:
        return frames_to_timecode(timeline.start_timecode_frames + at, timeline.rate, timeline.drop_frame)

    spans = []
    for text in about.no_music:
        first, last = (frame(end, text) for end in span_of(text))
        if last <= first:
            raise SettingsError(
                f"{text!r} ends before it begins",
                where="--no-music",
                remedy="Write where it begins first, then the first frame with music again",
            )
        if last <= timeline.cue_start_frame or first >= timeline.cue_end_frame:
            cue = f"{label(timeline.cue_start_frame)} to {label(timeline.cue_end_frame)}"
            raise SettingsError(
                f"{text!r} lies outside the cue", where="--no-music", remedy=f"The cue is {cue}"
            )
        spans.append(Span(max(first, timeline.cue_start_frame), min(last, timeline.cue_end_frame), SILENCE))
    return tuple(sorted(spans, key=lambda span: span.start_frame))


def with_reasons(plots: Sequence[Plot]) -> tuple[Plot, ...]:
    """The plots; those silent by `silences` say so where others have a marker's words."""
    return tuple(
        replace(plot, words="", entrance=SILENCE) if plot.words == SILENCE else plot for plot in plots
    )


def told(asked: Asked, held: bool) -> list[str]:
    """Sentences on what was made of the words; `held`: the tempo cannot change whatever they say."""
    texts = [
        asked.brief,
        *(getattr(asked.about, name) for name in ("style", "audience", "brand", "instruments")),
    ]
    if not any(texts):
        return _of_plots(asked.plots)
    heard = [*asked.wishes.understood, *harmony_in_words(asked.brief)]
    if allows_tempo_changes(asked.brief) and not held:
        heard.append("tempo changes")
    out = [
        f"Brief understood as: {', '.join(dict.fromkeys(heard))}"
        if heard
        else "The brief holds no word the lexicon knows"
    ]
    if asked.alike:
        said = (f"{each.word} as {each.emotion} ({each.share:.2f})" for each in asked.alike)
        out.append(f"Understood by likeness to the encoder's emotions: {', '.join(said)}")
    known = " ".join(harmony_in_words(asked.brief)).split()
    unknown = [word for word in asked.wishes.unknown if word not in known]
    if unknown:
        out.append(f"Not understood: {', '.join(unknown)}")
    return [*out, *_of_plots(asked.plots)]


def _of_plots(notes: Sequence[PlotNote]) -> list[str]:
    """What a plot's own words ask and do not get."""
    out = []
    for note in notes:
        wishes = read_brief(note.words)
        if wishes.unknown:
            out.append(f"Plot {note.id}, not understood: {', '.join(wishes.unknown)}")
        if wishes.voices:
            said = ", ".join(f"{amount} {what}" for what, amount in wishes.voices)
            out.append(f"Plot {note.id}: {said} is asked of the whole cue (instruments), or by a revision")
    return out


def _together(brief: str, about: About) -> Wishes:
    notes = [("", brief), *((name, getattr(about, name)) for name in ("style", "audience", "brand"))]
    read = [(name, read_brief(text, name)) for name, text in notes if text]
    if about.instruments:
        read.append(("instruments", read_brief(about.instruments, "style")))
    shifts = {
        axis: round(
            min(
                max(sum((0.5 if name in _HALVED else 1.0) * getattr(w, axis) for name, w in read), -_MOST),
                _MOST,
            ),
            3,
        )
        for axis in _SHIFTS
    }
    # Who plays is said best by the instruments' own note, then by the style.
    ranked = sorted(read, key=lambda pair: ("instruments", "style", "", "brand", "audience").index(pair[0]))
    return Wishes(
        **shifts,
        palette=next((wishes.palette for _, wishes in ranked if wishes.palette), ""),
        voices=tuple(
            {what: amount for _, wishes in reversed(ranked) for what, amount in wishes.voices}.items()
        ),
        understood=tuple(word for _, wishes in read for word in wishes.understood),
        unknown=tuple(dict.fromkeys(word for _, wishes in read for word in wishes.unknown)),
    )
