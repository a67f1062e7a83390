#!/bin/sh
# How the v1 models were trained, judged and released. Two lanes of one thread each: on a shared
# two-core machine one process with two threads loses up to four fifths of its speed at barriers
# (LOG.md). Run from the repository root in an environment with the extras `train` and `cpu`;
# each training resumes where it was stopped.
set -eu
python=${PYTHON:-.venv-train/bin/python}
common="--muon --bf16 --rate 4e-3 --threads 1"
export OMP_NUM_THREADS=1

test -f models/build/accompaniment-test-plain.npz || $python -m models.corpus

lane_one() {
    $python -m models.train chords --minutes 20 $common >> models/build/chords.log 2>&1
    $python -m models.train melody --minutes 44 $common >> models/build/melody.log 2>&1
}
lane_two() {
    $python -m models.train accompaniment --minutes 66 $common >> models/build/accompaniment.log 2>&1
}
lane_one &
lane_two &
wait

for part in chords melody accompaniment; do
    $python -m models.evaluate $part > models/build/$part-evaluation.log
    $python -m models.export $part
done
