"""Projects to begin with: one that somebody has worked in."""

from __future__ import annotations

from tests.fake_resolve.state import Bin, Clip, Item, Project, State, Timeline, Track


def timeline(
    name: str = "Film ü 1", rate: str = "24", *, drop: bool = False, start: int = 86400,
    lengths: tuple[int, ...] = (96, 48, 120), media: Clip | None = None,
) -> Timeline:  # fmt: skip
    """A cut of one clip: V1 with so many shots, a title over the first, dialogue on A1, an empty A2."""
    source = media or Clip("take one.mov", "/media/Größe 1/take one.mov", rate, 5000)
    picture, now = [], start
    for number, length in enumerate(lengths):
        picture.append(Item(f"shot {number + 1}", now, now + length, source, source_start=1000 * number))
        now += length
    title = [Item("Title", start + 10, start + 40, None, kind="title")] if lengths else []
    dialogue = [Item("talk", start, now, source)] if lengths else []
    return Timeline(
        name,
        rate,
        drop,
        start,
        {
            "video": [Track("Video 1", picture), Track("Video 2", title)],
            "audio": [
                Track("Dialogue", dialogue, subtype="stereo"),
                Track("Audio 2", subtype="mono", locked=True),
            ],
            "subtitle": [],
        },
        markers={
            30: {"color": "Red", "duration": 1, "note": "", "name": "must", "customData": ""},
            100: {
                "color": "Blue",
                "duration": 20,
                "note": "tense",
                "name": "Marker 2",
                "customData": "theirs",
            },
        },
        playhead=start + 17 if lengths else start,
    )


def worked_in(edit: Timeline | None = None) -> State:
    """A project with bins, a second timeline, a clip selected in a bin that is not the root."""
    edit = edit or timeline()
    items = [item for track in edit.tracks["video"] for item in track.items if item.clip]
    source = items[0].clip if items else Clip("take one.mov", "/media/take one.mov")
    other = timeline("Other", edit.rate_text, start=0, media=source)
    rushes = Bin("Rushes", clips=[source] if source else [])
    root = Bin("Master", bins=[rushes, Bin("Musik – alt")])
    # The project's rate is not the timeline's: one timeline may have its own.
    project = Project("Große Fahrt: Teil 1/2", root, [edit, other], edit, rushes, list(rushes.clips))
    project.settings["timelineFrameRate"] = edit.rate_text
    second = Project("Another project", timelines=[timeline("Elsewhere")])
    second.timeline = second.timelines[0]
    return State("edit", [project, second], project)
