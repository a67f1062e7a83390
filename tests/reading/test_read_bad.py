"""What bad input gets: a sentence a person can act on, and exit code 2."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.config import Settings
from bridge.errors import CuebridgeError, InputError, TimelineError
from bridge.progress import Progress
from bridge.reading import read_timeline
from tests.reading import otio_json as o
from tests.reading.conftest import Read, spans

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    '<xmeml version="5"><sequence><name>&b;</name></sequence></xmeml>'
)
THIEF = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xmeml>&e;</xmeml>'


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.txt", "x", ".otio, .otioz, .xml, .fcpxml, .fcpxmld, .edl"),
        ("a", "x", "without a suffix"),
        ("a.otio", " \n", "empty"),
        ("a.otio", b"\0\0\0", "empty"),
        ("a.otio", "{nope", "not an OpenTimelineIO file"),
        ("a.otio", "[]", "not OpenTimelineIO"),
        ("a.otio", '{"hello": 1}', "not OpenTimelineIO"),
        ("a.otio", "[" * 100_000, "cannot be read"),
        ("a.otio", b'{"OTIO_SCHEMA": "Timeline.1", "name": "\xff"}', "not UTF-8"),
        ("a.otio", '{"OTIO_SCHEMA": "Timeline.1", "name": "x", "tracks": null}', "no tracks"),
        ("a.otio", '{"OTIO_SCHEMA": "Wobble.1"}', "no timeline"),
        ("a.xml", "<xmeml", "cannot be read"),
        ("a.xml", "<html/>", "not <xmeml>"),
        ("a.xml", '<fcpxml version="1.10"/>', "FCPXML holds no project"),
        ("a.xml", '<xmeml version="5"/>', "No top-level sequences"),
        ("a.xml", BOMB, "entities"),
        ("a.xml", THIEF, "entities"),
        ("a.edl", "hello", "no events"),
        ("a.edl", b"\x00\x01\x02\xff", "no events"),
    ],
)
def test_files_that_are_no_timeline(read: Read, name: str, text: str | bytes, says: str) -> None:
    with pytest.raises(TimelineError, match=says) as caught:
        read(text=text, name=name, fps="25")
    assert caught.value.exit_code == 2
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (o.timeline(), "no picture"),
        (o.timeline(o.track()), "no picture"),
        (o.timeline(o.track(o.gap(100))), "no picture"),
        (o.timeline(o.track(o.clip("a.wav", 50), kind="Audio")), "no picture"),
        (o.timeline(o.track(o.clip("a.mov", 50), enabled=False)), "no picture"),
        (o.timeline(o.track(o.clip("a.mov", 0))), "no picture"),
        (o.timeline(o.track(o.clip("a.mov", -5))), "lasts -5 frames"),
        (o.timeline(o.track(o.clip("a.mov", 50)), start=o.rt(24 * 3600 * 101)), "starts at 101 hours"),
        (o.timeline(o.track(o.clip("a.mov", 24 * 3600 * 101))), "longer than 100 hours"),
        (o.timeline(o.track(o.clip("a.mov", 50, rate=0))), "rate of 0"),
        (o.timeline(o.track(o.clip("a.mov", 50, rate=-24))), "rate of -24"),
        (o.timeline(o.track(o.clip("a.mov", 50, rate=1e6)), start=o.rt(0, 1e6)), "makes no sense"),
        (o.timeline(o.track(o.clip("a.mov", float("nan")))), "not finite"),
        (o.timeline(o.track(o.clip("a.mov", float("inf")))), "not finite"),
    ],
)
def test_timelines_that_cannot_be_scored(read: Read, document: o.Node, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read(document=document)
    assert caught.value.where == "edit.otio"


def _range_of(key: str, value: object) -> o.Node:
    clip = o.clip("a.mov", 50)
    clip["source_range"][key] = value
    return o.timeline(o.track(clip))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (o.timeline(o.track({**o.clip("a.mov", 50), "source_range": 5})), "source_range in 'a.mov'"),
        (o.timeline(o.track({**o.clip("a.mov", 50), "metadata": []})), "metadata in 'a.mov'"),
        (o.timeline(o.track({**o.clip("a.mov", 50), "media_references": 7})), "something in 'a.mov'"),
        ({**o.timeline(o.track(o.clip("a.mov", 50))), "global_start_time": "x"}, "global_start_time is"),
        ({**o.timeline(), "tracks": {}}, "can be read. Export"),
        (_range_of("duration", 5), "the duration of a range holds 5, not a time"),
        (_range_of("start_time", None), "the start_time of a range holds nothing"),
        (_range_of("duration", o.span(0, 5)), "holds TimeRange.1, not a time"),
    ],
)
def test_malformed_objects_are_named_in_plain_words(read: Read, document: o.Node, says: str) -> None:
    with pytest.raises(TimelineError, match="not an OTIO timeline that can be read") as caught:
        read(document=document)
    message = str(caught.value)
    assert says in message and "edit.otio" in message
    assert not any(word in message for word in ("opentime", "decoding", "STL"))


@pytest.mark.parametrize("value", [10**15, -(10**15)])
def test_an_absurd_start_is_called_the_start(read: Read, value: int) -> None:
    with pytest.raises(TimelineError, match=r"start time is wrong.*hours away.*Set its start timecode"):
        read(o.track(o.clip("a.mov", 50)), start=o.rt(value))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match="no such file"):
        read_timeline(tmp_path / "gone.otio", Settings(), Progress())
    (tmp_path / "folder.otio").mkdir()
    with pytest.raises(TimelineError, match="folder"):
        read_timeline(tmp_path / "folder.otio", Settings(), Progress())


def test_a_start_before_zero_is_read_as_zero(read: Read) -> None:
    timeline = read(o.track(o.clip("a.mov", 50)), start=o.rt(-480))
    assert timeline.start_timecode_frames == 0
    assert any("before zero" in warning for warning in timeline.warnings)


def test_one_frame_and_two_hours_are_timelines(read: Read) -> None:
    assert read(o.track(o.clip("a.mov", 1))).cue_frames == 1
    assert read(o.track(o.clip("a.mov", 24 * 7200))).cue_frames == 172_800


def test_unknown_schemas_are_opaque_shots(read: Read) -> None:
    unknown = {"OTIO_SCHEMA": "Multicam.7", "name": "angles", "source_range": o.span(0, 30), "angle": 2}
    clip = o.clip("a.mov", 20)
    clip["media_references"]["DEFAULT_MEDIA"] = {"OTIO_SCHEMA": "CloudReference.1", "bucket": "x"}
    clip["effects"] = [{"OTIO_SCHEMA": "Sparkle.2", "name": "x"}]
    timeline = read(o.track(clip, unknown, {"OTIO_SCHEMA": "Nothing.1"}, o.clip("b.mov", 10)))
    assert spans(timeline) == [(0, 20), (20, 50), (50, 60)]
    assert any("Multicam.7" in warning for warning in timeline.warnings)


def test_newer_versions_of_known_schemas_are_read(read: Read) -> None:
    text = json.dumps(o.timeline(o.track(o.clip("a.mov", 20), o.transition(5, 5), o.clip("b.mov", 20))))
    for old, new in (("Clip.2", "Clip.9"), ("Track.1", "Track.3"), ("Transition.1", "Transition.2")):
        text = text.replace(f'"{old}"', f'"{new}"')
    timeline = read(text=text)
    assert spans(timeline) == [(0, 20), (20, 40)]
    assert len(timeline.warnings) == 3


def test_a_collection_gives_its_first_timeline(read: Read) -> None:
    one, two = (o.timeline(o.track(o.clip("a.mov", n)), name=f"cut {n}") for n in (20, 30))
    timeline = read(document={"OTIO_SCHEMA": "SerializableCollection.1", "name": "", "children": [one, two]})
    assert (timeline.name, timeline.cue_frames) == ("cut 20", 20)
    assert any("1 more" in warning for warning in timeline.warnings)


def test_a_lone_clip_is_a_timeline_of_one_shot(read: Read) -> None:
    assert spans(read(document=o.clip("a.mov", 25))) == [(0, 25)]


def _spoil(document: Any, rng: random.Random) -> None:
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        items = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, child in items:
            places.append((value, key))
            walk(child)

    walk(document)
    for holder, key in rng.sample(places, rng.randint(1, 3)):
        if isinstance(holder, dict) and rng.random() < 0.3:
            holder.pop(key, None)
        else:
            holder[key] = rng.choice(
                [
                    None,
                    0,
                    -1,
                    1e308,
                    "x",
                    [],
                    {},
                    True,
                    [[]],
                    {"OTIO_SCHEMA": "Gap.1"},
                    10**30,
                    -0.0,
                    "Clip.x",
                ]
            )


@pytest.mark.parametrize("seed", range(8))
def test_spoilt_files_never_raise_anything_else(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    build: Callable[[], o.Node] = lambda: o.timeline(  # noqa: E731
        o.track(
            o.clip("a.mov", 50, markers=[o.marker(10)], effects=[o.warp(2), o.effect("Transform")]),
            o.transition(5, 5, "Wipe"),
            o.clip("b.mov", 50),
        ),
        o.track(o.gap(10), o.title("T", 20)),
    )
    for _ in range(25):
        document = json.loads(json.dumps(build()))
        _spoil(document, rng)
        path = o.write(tmp_path / "spoilt.otio", document)
        try:
            timeline = read_timeline(path, Settings(), Progress())
        except CuebridgeError as error:
            assert error.exit_code == 2
            assert error.where
        else:
            assert timeline.cue_frames >= 1
