"""Revise score: new music for the plots whose markers have changed, as a new version."""

from cuebridge_resolve.revise import revise_score
from cuebridge_resolve.task import run

run(revise_score, globals())
