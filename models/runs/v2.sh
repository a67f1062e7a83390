#!/bin/sh
# How the models of vocabulary 2 are trained and judged. Minutes are of one core; every training takes up its
# checkpoint in models/build/v2 where it stopped (SIGTERM stops it cleanly), so that running this again goes on.
# LOG.md says how far each part has come. Run from the repository root in an environment with the extras `train`
# and `cpu`.
set -eu
python=${PYTHON:-.venv-train/bin/python}
data=${DATA:-../shared/data}
export OMP_NUM_THREADS=1

# About an hour on a core: what is written already is kept.
$python -m models.packs train --data "$data"

# Version 2's table of tokens begins with version 1's, so that chords, melody and accompaniment start from what
# version 1 has learnt.
for part in chords melody accompaniment; do
    test -f "models/build/v1/$part-v1/card.json" || sh models/runs/v1.sh
done

train() { # PART MINUTES [MORE]
    part=$1 minutes=$2
    shift 2
    $python -m models.fit "$part" --minutes "$minutes" --dropout 0.08 "$@" >> "models/build/v2/$part.log" 2>&1
}
warm() { # PART MINUTES [MORE]
    part=$1 minutes=$2
    shift 2
    train "$part" "$minutes" --warm "models/build/v1/$part-v1" "$@"
}
# The released accompaniment had the schedule of 60 minutes and --joined 0.3 for its first 45; it did not listen
# well enough then, and went on so. Its first quarter of an hour, and the melody's first 13 minutes, saw no game
# music, and scores without sections and phrases.
warm accompaniment 68 --open-all 0.12 --joined 0.5 --few 0.4
warm melody 40 --open-all 0.12
warm chords 14 --joined 0.2
# The released bass and drums had learnt for 18 minutes each before, told controls at the first layer alone and
# without --joined and --few, and went on from there (9 and 6 minutes, --warm of that release).
train bass 27 --open-all 0.12 --joined 0.4 --few 0.4
train drums 24 --open-all 0.12 --joined 0.4 --few 0.4

for part in chords melody accompaniment bass drums; do
    $python -m models.release "$part" --only judge
done
echo "Release with: $python -m models.release PART --only export, of what the figures are good enough of"
