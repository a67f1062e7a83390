"""The line, run whole for a score, from the middle for a revision: the one place that knows the order."""

from bridge.pipeline.complement import complement
from bridge.pipeline.result import Result
from bridge.pipeline.revise import revise
from bridge.pipeline.score import describe, fingerprint, score

__all__ = ["Result", "complement", "describe", "fingerprint", "revise", "score"]
