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

train() { # PART MINUTES DROPOUT
    $python -m models.fit "$1" --minutes "$2" --dropout "$3" >> "models/build/v2/$1.log" 2>&1
}
# Chords have had 13 minutes, on pop songs alone (LOG.md); a pack written since is drawn from as soon as the
# training is taken up again.
train chords 60 0.08
train drums 18 0.08
train melody 120 0.08
train accompaniment 30 0.08
train bass 18 0.08

for part in chords drums melody accompaniment bass; do
    $python -m models.release "$part" --only judge
done
echo "Release with: $python -m models.release PART --only export, of what the figures are good enough of"
