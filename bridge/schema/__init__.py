"""The nouns every stage shares, frozen: timeline, picture, cues, tempo, score, performance."""
