#!/bin/sh
# How the models of vocabulary 1 were trained, on two shared cores without an accelerator, one thread each
# (LOG.md says why). They are released no more: version 2 begins with their weights (v2.sh), so they are
# exported to models/build/v1 and judged only if asked (`python -m models.evaluate PART`). Each training was
# stopped at the end of its first schedule and taken up again with smaller batches: the second line of a part
# resumes the first one's checkpoint. What is exported already is kept.
# Run from the repository root in an environment with the extras `train` and `cpu`.
set -eu
python=${PYTHON:-.venv-train/bin/python}
data=${DATA:-../shared/data}
first="--muon --bf16 --rate 4e-3 --batch 8 --threads 1"
second="--muon --bf16 --rate 3e-3 --batch 4 --threads 1"
export OMP_NUM_THREADS=1

packs() { # PART VARIANT ...
    part=$1
    shift
    for variant; do
        test -f "models/build/$part-train-$variant.npz" || { $python -m models.corpus "$data" --parts "$part"; return; }
    done
    test -f "models/build/$part-validation-plain.npz" || $python -m models.corpus "$data" --parts "$part"
}
packs chords plain sections scattered whole unkeyed heard unkeyed-scattered
packs melody plain sections scattered whole
packs accompaniment plain sections scattered whole

train() { # PART MINUTES MINUTES
    test ! -f "models/build/v1/$1-v1/card.json" || return 0
    $python -m models.train $1 --minutes $2 $first >> models/build/$1.log 2>&1
    $python -m models.train $1 --minutes $3 $second >> models/build/$1.log 2>&1
    $python -m models.export $1 --to models/build/v1
}
(train chords 20 52; train melody 44 60) &
train accompaniment 66 80
wait $!
