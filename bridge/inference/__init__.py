"""Running the released models: their cards, sessions, random streams, sampling and KV-cached decoding."""
