"""A daemon with the tests' scorer in a process of its own: `python -m tests.daemon.text_daemon`."""

from bridge.daemon.options import Options
from bridge.daemon.serve import serve
from tests.daemon.scorers import TextScorer

if __name__ == "__main__":
    serve(Options(), TextScorer(), ready=lambda daemon: print("ready", flush=True))
