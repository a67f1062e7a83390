"""What a timeline's sound tracks play: when, from where in the media, how loud, and which channels."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from bridge.schema.timeline import Sound
from tests.reading import otio_json as o
from tests.reading.conftest import Read
from tests.reading.test_fcpxml import Maker

PICTURE = o.track(o.clip("a.mov", 240))


@pytest.fixture(autouse=True)
def media(tmp_path: Path) -> None:
    for name in ("a.mov", "b.mov", "a.wav", "b.wav", "r1 x.mov"):
        (tmp_path / name).touch()


def voice(name: str, length: float, start: float = 0, **more: object) -> o.Node:
    return o.clip(name, length, start, **more)  # type: ignore[arg-type]


def heard(*children: o.Node, **more: object) -> o.Node:
    return o.track(*children, kind="Audio", **more)  # type: ignore[arg-type]


def volume(*parameters: o.Node) -> o.Node:
    return o.effect("Fairlight Clip Volume and Fades", *parameters)


def where(sounds: tuple[Sound, ...]) -> list[tuple[int, int]]:
    return [(sound.start_frame, sound.end_frame) for sound in sounds]


def media_s(sound: Sound) -> list[tuple[Fraction, Fraction]]:
    assert sound.media is not None, sound.problem
    return [(knot.offset_s, knot.media_s) for knot in sound.media.knots]


def test_clips_lie_where_gaps_leave_them_and_play_from_their_source(read: Read) -> None:
    timeline = read(PICTURE, heard(o.gap(24), voice("a.wav", 48, 12), o.gap(24), voice("b.wav", 24)))
    first, second = timeline.sounds
    assert where(timeline.sounds) == [(24, 72), (96, 120)]
    assert media_s(first) == [(0, Fraction(1, 2)), (2, Fraction(5, 2))]
    assert (first.track, first.gain, first.fade_in_s) == ("1", (), 0)
    assert second.media is not None and second.media.path.name == "b.wav"


def test_what_is_switched_off_is_not_heard(read: Read) -> None:
    off = heard(voice("a.wav", 48), enabled=False)
    timeline = read(PICTURE, off, heard(voice("a.wav", 24), voice("b.wav", 24, enabled=False)))
    assert where(timeline.sounds) == [(0, 24)]
    assert read(PICTURE, off).sounds == (), "a silent sound track is a decision, and no missing one"


def test_a_soloed_track_silences_the_others(read: Read) -> None:
    alone = heard(voice("b.wav", 24))
    alone["metadata"]["Resolve_OTIO"]["SoloOn"] = True
    (sound,) = read(PICTURE, heard(voice("a.wav", 48)), alone).sounds
    assert sound.media is not None and sound.media.path.name == "b.wav"


def test_without_any_sound_track_pictures_sound_themselves(read: Read) -> None:
    timeline = read(o.track(o.clip("a.mov", 48, 24), o.clip("b.mov", 48)))
    assert where(timeline.sounds) == [(0, 48), (48, 96)]
    assert [sound.track for sound in timeline.sounds] == ["", ""]
    assert media_s(timeline.sounds[0]) == [(0, 1), (2, 3)]


def test_resolves_gain_faders_and_channels(read: Read) -> None:
    steady = o.effect(
        "Fairlight Clip Volume and Fades", o.parameter("volume", -6.0), o.parameter("faderIn", 12)
    )
    moving = volume(o.parameter("volume", 0, {24: -20.0, 0: 3.0}))
    clips = voice("a.wav", 48, effects=[steady]), voice("b.wav", 48, effects=[moving])
    clips[1]["metadata"]["Resolve_OTIO"]["Channels"] = [{"Source Channel ID": 1, "Source Track ID": 2}]
    first, second = read(PICTURE, heard(*clips)).sounds
    assert [(point.offset_s, point.gain_db) for point in first.gain] == [(0, -6)]
    assert (first.fade_in_s, first.fade_out_s) == (Fraction(1, 2), 0)
    assert [(point.offset_s, point.gain_db) for point in second.gain] == [(0, 3), (1, -20)]
    assert second.channels == ((2, 1),)


def test_retimed_sound_follows_its_speed(read: Read) -> None:
    (sound,) = read(PICTURE, heard(voice("a.wav", 48, effects=[o.warp(2)]))).sounds
    assert media_s(sound) == [(0, 0), (2, 4)]


def test_a_crossfade_lets_both_play_on_into_it(read: Read) -> None:
    first, second = read(
        PICTURE, heard(voice("a.wav", 48), o.transition(12, 12), voice("b.wav", 48, 24))
    ).sounds
    assert where((first, second)) == [(0, 60), (36, 96)]
    assert (first.fade_out_s, second.fade_in_s) == (1, 1)
    assert media_s(first)[::2] == [(0, 0), (Fraction(5, 2), Fraction(5, 2))]
    assert media_s(second)[::2] == [(0, Fraction(1, 2)), (Fraction(5, 2), 3)]


def test_a_fade_at_the_end_stays_within_its_clip(read: Read) -> None:
    (sound,) = read(PICTURE, heard(voice("a.wav", 48), o.transition(12, 0))).sounds
    assert (sound.end_frame, sound.fade_out_s) == (48, Fraction(1, 2))


def test_a_compound_clip_brings_its_own_sound_tracks(read: Read) -> None:
    inner = o.stack(
        o.track(o.clip("a.mov", 96)), heard(voice("a.wav", 96)), source_range=o.span(24, 48), name="nest"
    )
    (sound,) = read(PICTURE, heard(o.gap(12), inner)).sounds
    assert (sound.start_frame, sound.end_frame) == (12, 60)
    assert media_s(sound) == [(0, 1), (2, 3)]


def test_the_cue_cuts_sounds_with_their_gain_and_fades(read: Read) -> None:
    effect = volume(o.parameter("volume", 0, {0: 0.0, 48: -12.0}), o.parameter("faderIn", 24))
    (sound,) = read(PICTURE, heard(voice("a.wav", 96, effects=[effect])), mark_in="24", mark_out="72").sounds
    assert where((sound,)) == [(24, 72)]
    assert media_s(sound) == [(0, 1), (2, 3)]
    assert [(point.offset_s, point.gain_db) for point in sound.gain] == [(-1, 0), (1, -12)]
    assert sound.fade_in_s == 0


def test_sound_that_is_not_there_is_named(read: Read) -> None:
    (sound,) = read(PICTURE, heard(voice("gone.wav", 48))).sounds
    assert sound.media is None and "gone.wav was not found" in sound.problem


def test_sound_is_part_of_what_the_music_depends_on(read: Read) -> None:
    loud = read(PICTURE, heard(voice("a.wav", 48))).fingerprint
    soft = read(
        PICTURE,
        heard(voice("a.wav", 48, effects=[volume(o.parameter("volume", -9))])),
    ).fingerprint
    assert loud != soft != read(PICTURE).fingerprint


XMEML = """<?xml version="1.0"?><!DOCTYPE xmeml><xmeml version="5"><sequence><name>s</name>
<duration>240</duration>
<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><media><video><track>{picture}</track></video>
<audio>{tracks}</audio></media></sequence></xmeml>"""


def item(name: str, start: int, end: int, more: str = "") -> str:
    return (
        f'<clipitem id="{name}{start}"><name>{name}</name><start>{start}</start><end>{end}</end>'
        f"<in>0</in><out>{end - start}</out><rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate>"
        f'<file id="f{name}{start}"><name>{name}</name><pathurl>{name}</pathurl></file>{more}</clipitem>'
    )


def test_final_cut_sevens_levels_and_switches(read: Read) -> None:
    level = (
        "<filter><effect><name>Audio Levels</name><effectid>audiolevels</effectid><parameter>"
        "<parameterid>level</parameterid><name>Level</name><value>0.5</value></parameter></effect></filter>"
    )
    off = "<enabled>FALSE</enabled>"
    tracks = (
        f"<track>{item('a.wav', 0, 48, level)}{item('b.wav', 48, 72, off)}</track>"
        f"<track>{off}{item('b.wav', 0, 48)}</track>"
    )
    text = XMEML.format(picture=item("a.mov", 0, 96) + item("b.mov", 96, 120, off), tracks=tracks)
    timeline = read(text=text, name="edit.xml")
    (sound,) = timeline.sounds
    assert where((sound,)) == [(0, 48)]
    assert [round(point.gain_db, 2) for point in sound.gain] == [-6.02]
    assert [(shot.start_frame, shot.end_frame) for shot in timeline.shots] == [(0, 96)]


def test_fcpxml_clips_sound_as_their_assets_and_volumes_say(read: Read) -> None:
    make = Maker()
    asset = (
        '<asset id="av" name="av" start="0/1s" duration="100/1s" hasVideo="1" hasAudio="1" format="r0" '
        'src="file:///nowhere/r1%20x.mov"/>'
    )
    volume = '<adjust-volume amount="-12dB"/>'
    story = (
        make.clip(0, 50, 25, volume, ref="av"),
        make.clip(50, 50, 0, more='srcEnable="video"', ref="av"),
        make.clip(100, 25, 0),  # its asset has no sound
        make.clip(125, 25, 0, more='enabled="0"', ref="av").replace('enabled="1"', ""),
    )
    (sound,) = read(text=make.document(*story, resources=asset), name="edit.fcpxml").sounds
    assert where((sound,)) == [(0, 50)]
    assert media_s(sound) == [(0, 1), (2, 3)]
    assert [point.gain_db for point in sound.gain] == [-12]
