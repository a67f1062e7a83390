"""Score timeline: music for the timeline in front, on a track of its own, with markers where it hits."""

from cuebridge_resolve.score import score_timeline
from cuebridge_resolve.task import run

run(score_timeline, globals())
