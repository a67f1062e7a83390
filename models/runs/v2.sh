#!/bin/sh
# How the models of vocabulary 2 are trained, judged and released. Minutes are of one core; every training takes
# up its checkpoint in models/build/v2 where it stopped (SIGTERM stops it cleanly), so that running this again
# goes on. LOG.md says how far each part has come. Run from the repository root in an environment with the
# extras `train` and `cpu`.
set -eu
python=${PYTHON:-.venv-train/bin/python}
data=${DATA:-../shared/data}
export OMP_NUM_THREADS=1

# About an hour on a core: what is written already is kept.
test -f models/build/v2/chords-train-heard.npz || $python -m models.corpus.write "$data" --sources pop drums
test -f models/build/v2/chords-train-quartet.npz || $python -m models.corpus.write "$data" --sources orchestra song quartet

# Version 2's table of tokens begins with version 1's, so chords and melody start from what
# version 1 has learnt (v1.sh leaves it); bass and drums, which it had not, from nothing, and so does the
# accompaniment, which would not listen to its controls otherwise (LOG.md).
for part in chords melody; do
    test -f "models/build/$part-best.pt" || sh models/runs/v1.sh
done

train() { # PART MINUTES [MORE]
    part=$1 minutes=$2
    shift 2
    $python -m models.fit "$part" --minutes "$minutes" --dropout 0.08 "$@" >> "models/build/v2/$part.log" 2>&1
}
warm() { # PART MINUTES
    train "$1" "$2" --warm "models/build/$1-best.pt" --open-all 0.1
}
train accompaniment 60 --open-all 0.1
warm melody 36
warm chords 12
train drums 18
train bass 18

for part in chords drums melody accompaniment bass; do
    $python -m models.release "$part" --only judge
done
echo "Release with: $python -m models.release PART --only export, of what the figures are good enough of"
