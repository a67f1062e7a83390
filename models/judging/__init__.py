"""What the released models write, judged on held-out songs and whole cues: `python -m models.judging`."""
