#!/bin/sh
# Trains the shipped model for photographs again: checkpoints/photos.sh PYTHON DATA (see `make photos`).
# DATA holds cuhk01, cuhk03_pair1_labeled and market1501_part. It goes on where it was stopped.
set -eu
python=$1
data=$2
run=runs/mtdnet-photos
if [ -e "$run" ]; then
    "$python" -m reidviz train --resume "$run"
else
    "$python" -m reidviz train --data "market1501:$data/market1501_part" --protocol market \
        --also "cuhk03-pair:$data/cuhk03_pair1_labeled" test2:0 --also "cuhk01:$data/cuhk01" mtdnet-486 \
        --variant mtdnet --recipe modern --init imagenet --set architecture.height=192 --set architecture.width=80 --set size=96 \
        --set held_out=0 --set final_test=none --iterations 4950 \
        --seed 0 --out "$run"
fi
"$python" -m reidviz calibrate --data "folder:$data/market1501_part/bounding_box_test" --protocol test94:0 --model "$run" \
    --feature 256 --false-match 0.01 --out checkpoints/mtdnet-photos.safetensors \
    --caveat "For research only: it was trained on photographs of people who were not asked." \
    --caveat "It tells clothes apart, not faces: it fails where people change clothes, are dressed alike or are hidden, \
and where cameras see other colours than those of its three data sets." \
    --caveat "Its fusion weight and thresholds were measured on 94 persons of Market-1501: measure them again on your \
own cameras."
