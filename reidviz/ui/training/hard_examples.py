"""The hardest triplets and pairs of a validation as images: a probe, its true match, and who was taken for it."""

from typing import Any

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.evaluation.scores import score_text
from reidviz.ui.widgets.markup import Html, Markdown, render
from reidviz.ui.widgets.thumbnails import thumbnail


def mistakes_html(ranker: dict[str, Any], dataset: Dataset) -> Html:
    """The mistakes of one ranker, the worst first. Raises ReidvizError when an image cannot be read."""
    return render("widgets/triplets.html", triplets=[_mistake(one, ranker, dataset) for one in ranker["mistakes"]])


def mistakes_title(ranker: dict[str, Any]) -> Markdown:
    """What they are, and how to read them."""
    if ranker["kind"] == "distance":
        return Markdown("Hardest triplets: by squared distance, a wrong person is nearer than the true match")
    return Markdown("Hardest pairs: a wrong person gets a higher P(same) than the true match")


def _mistake(mistake: dict[str, Any], ranker: dict[str, Any], dataset: Dataset) -> list[dict[str, Any]]:
    rank = int(mistake["rank"])
    match, other = (score_text(ranker["kind"], mistake[which]) for which in ("match_score", "other_score"))
    return [
        _card(dataset, mistake["probe"], "unknown", "probe", "probe", ""),
        _card(dataset, mistake["match"], "right", str(rank), f"true match at rank {rank}", match),
        _card(dataset, mistake["other"], "wrong", "1", "wrong person at rank 1", other),
    ]


def _card(dataset: Dataset, position: int, kind: str, head: str, words: str, score: str) -> dict[str, Any]:
    if position >= len(dataset.samples):
        raise ReidvizError("The validation names an image that its data set does not have: events.jsonl is damaged.")
    identity = dataset.samples[position].identity
    return {
        "kind": kind,
        "head": head,
        "label": f"{words}: person {identity}" + (f", {score}" if score else ""),
        "image": thumbnail(dataset, position),
        "lines": (identity, score),
    }
