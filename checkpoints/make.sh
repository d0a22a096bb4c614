#!/bin/sh
# Trains the shipped models again, from seed: checkpoints/make.sh PYTHON (see `make checkpoints`).
set -eu
python=$1
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
# The recipe `modern` at the sizes of `compact`, its light changed as there: docs/recipes.md.
recipe="--recipe modern --seed 0 --set gain=0.2 --set precision=fp32 --set architecture.height=128 --set architecture.feat=256
    --set architecture.conv3=96 --set architecture.conv4=96 --set architecture.conv5=64 --set architecture.fc=256"
for variant in mtdnet mtdnet-cls mtdnet-rnk; do
    # shellcheck disable=SC2086
    "$python" -m reidviz train --data synthetic:cuhk03 --protocol test100:0 --variant "$variant" $recipe \
        --init imagenet --iterations 1500 --out "$build/$variant"
    cp "$build/$variant/checkpoints/final.safetensors" "checkpoints/$variant.safetensors"
    cp "$build/$variant/checkpoints/final.json" "checkpoints/$variant.json"
done
# shellcheck disable=SC2086
"$python" -m reidviz train --data synthetic:viper --source synthetic:cuhk03 --variant mtdnet-cross $recipe \
    --init checkpoints/mtdnet.safetensors --iterations 400 --out "$build/mtdnet-cross"
cp "$build/mtdnet-cross/checkpoints/final.safetensors" checkpoints/mtdnet-cross.safetensors
cp "$build/mtdnet-cross/checkpoints/final.json" checkpoints/mtdnet-cross.json
