#!/bin/sh
# How the v1 models were trained, judged and released, on two shared cores without an accelerator, one
# thread each (LOG.md says why). Each training was stopped at the end of its first schedule and taken
# up again with smaller batches: the second line of a part resumes the first one's checkpoint.
# Run from the repository root in an environment with the extras `train` and `cpu`.
set -eu
python=${PYTHON:-.venv-train/bin/python}
first="--muon --bf16 --rate 4e-3 --batch 8 --threads 1"
second="--muon --bf16 --rate 3e-3 --batch 4 --threads 1"
export OMP_NUM_THREADS=1

test -f models/build/accompaniment-test-plain.npz || $python -m models.corpus

train() { # PART MINUTES MINUTES
    $python -m models.train $1 --minutes $2 $first >> models/build/$1.log 2>&1
    $python -m models.train $1 --minutes $3 $second >> models/build/$1.log 2>&1
}
(train chords 20 52; train melody 44 60) &
train accompaniment 66 80 &
wait

for part in chords melody accompaniment; do
    songs=91
    test $part = accompaniment && songs=60  # its bars are long to write
    $python -m models.evaluate $part --songs $songs > models/build/$part-evaluation.log
    $python -m models.export $part
done
