# %% [markdown]
# # Does learning two tasks at once pay?
# A notebook as a script: run it as it is (`python -m examples.compare_models` in a checkout), or cell by cell in an
# editor that knows `# %%`. It uses built-in drawn people and shipped models, and takes half a minute the first time.

# %%
from pathlib import Path
from tempfile import mkdtemp

import reidviz

data = reidviz.load_dataset("synthetic:ilids")
protocol = "test30:0"  # 30 persons, drawn by seed 0, are tested; None takes what the data set itself says
both, ranking = reidviz.load_model("mtdnet"), reidviz.load_model("mtdnet-rnk")
print(f"{data.name}: {len(data.samples)} images of {len(data.persons)} persons")
print(f"{both.name} ranks by {', '.join(both.scores)}")

# %% One model: how often is the right person first, and how sure is that?
found = reidviz.evaluate(both, data, protocol, score="ranking")
low, high = found.intervals["rank-1"]
print(f"{found.model}: rank-1 {found.rank1:.1f} % ({low:.1f} to {high:.1f}), mAP {found.mean_ap:.1f} %")

# %% The probe on which it does worst, and whom it takes for that person.
worst = data.samples[found.split.probes[found.ranks.argmax()]]
for hit in found.ranked(worst.id, most=3):
    print(f"{worst.id}: rank {hit.rank} is {hit.id}, d² {hit.score:.2f}{', right' if hit.right else ''}")

# %% Several models on the same probes.
comparison = reidviz.compare([both, ranking], data, protocol)
print(comparison.verdict)
print(comparison.multi_task)
for pair in comparison.differences:
    print(f"{pair.better} against {pair.worse}: {pair.points:+.1f} points ({pair.low:+.1f} to {pair.high:+.1f})")

# %% Figures; in a notebook, leave out write_html and look.
folder = Path(mkdtemp(prefix="reidviz-"))
comparison.cmc_figure().write_html(folder / "cmc.html")
comparison.gallery_size_figure().write_html(folder / "gallery-size.html")

# %% What the ranking branch makes of the test images.
points = reidviz.embed(both, data, [*found.split.probes, *found.split.gallery])
points.map_figure(by="person").write_html(folder / "map.html")
print(f"{points.features.shape[0]} images, {points.features.shape[1]} numbers each; figures are in {folder}")
