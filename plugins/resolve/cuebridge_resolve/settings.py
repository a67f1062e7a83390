"""What `cuebridge plugins install resolve` writes in; these values are for a checkout."""

import os

# How to start cuebridge: an absolute path first, because Resolve searches no PATH of the user's.
COMMAND = ["cuebridge"]
VERSION = "checkout"
# Where scores go: a folder a project, in it one a timeline.
SCORES = os.path.join(os.path.expanduser("~"), "Cuebridge")
# Write a trace of every call to Resolve beside the scores.
RECORD = False
