#!/bin/sh
# Trains the shipped models again, from seed: checkpoints/make.sh PYTHON (see `make checkpoints`).
set -eu
python=$1
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
for variant in mtdnet mtdnet-cls mtdnet-rnk; do
    "$python" -m reidviz train --data synthetic:cuhk03 --protocol test100:0 --variant "$variant" \
        --recipe compact --init imagenet --seed 0 --out "$build/$variant"
    cp "$build/$variant/checkpoints/final.safetensors" "checkpoints/$variant.safetensors"
    cp "$build/$variant/checkpoints/final.json" "checkpoints/$variant.json"
done
"$python" -m reidviz train --data synthetic:viper --source synthetic:cuhk03 --variant mtdnet-cross \
    --recipe compact --init checkpoints/mtdnet.safetensors --iterations 400 --seed 0 --out "$build/mtdnet-cross"
cp "$build/mtdnet-cross/checkpoints/final.safetensors" checkpoints/mtdnet-cross.safetensors
cp "$build/mtdnet-cross/checkpoints/final.json" checkpoints/mtdnet-cross.json
