"""A source helps a target: what is compared, what learns, what is kept, what is refused."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from reidviz.common.errors import ReidvizError
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.losses import joint_feature
from reidviz.models.model_card import read_card
from reidviz.models.mtdnet import MTDnet
from reidviz.training.batches import merge_batches, sample_batch
from reidviz.training.cross_domain import match_pairs
from reidviz.training.recipe import Recipe
from reidviz.training.recipes import paper_recipe
from reidviz.training.run import train
from reidviz.training.run_folder import RunFolder
from reidviz.training.sampler import positives
from reidviz.training.trainer import Pooled, Source, Trainer
from tests.conftest import SMALL, network, people_folder
from tests.evaluation.conftest import CARD
from tests.training.conftest import EVALUATORS, RECIPE, new_run, told


def test_every_source_pair_meets_one_positive_and_one_negative_target_pair() -> None:
    target = torch.arange(5.0)[:, None]
    target_same = torch.tensor([True, False, False, True, False])
    source, source_same = torch.tensor([[10.0], [11.0], [12.0]]), torch.tensor([True, False, True])
    u, v, alike = match_pairs(target, target_same, source, source_same)
    assert v.flatten().tolist() == [10, 11, 12, 10, 11, 12]
    kinds = target_same[u.flatten().long()]
    assert kinds.tolist() == [True] * 3 + [False] * 3
    assert alike.tolist() == [True, False, True, False, True, False]


def test_where_the_target_has_one_kind_of_pair_only_that_is_compared() -> None:
    both = torch.tensor([True, True])
    u, v, alike = match_pairs(torch.zeros(2, 1), both, torch.zeros(3, 1), torch.tensor([True, False, False]))
    assert (len(u), len(v)) == (3, 3)
    assert alike.tolist() == [True, False, False]


def test_the_two_joint_features() -> None:
    joint, hidden = torch.randn(4, 3, 2, 5), torch.randn(4, 7)
    assert torch.equal(joint_feature(joint, hidden, "conv5"), joint.flatten(1))
    fc7 = joint_feature(joint, hidden, "fc7")
    torch.testing.assert_close(fc7.norm(dim=1), torch.ones(4))
    assert (fc7.sign() == hidden.sign()).all()


def trainer(recipe: Recipe, cross: bool) -> Trainer:
    """Eight persons of the target, then six of the source, all noise."""
    shots = np.tile(["A", "A", "B", "B"], 8)
    target = positives(np.repeat([f"p{i}" for i in range(8)], 4), shots)
    source = positives(np.repeat([f"s{i}" for i in range(6)], 4), shots[:24])
    pixels = np.random.default_rng(0).integers(0, 256, size=(56, SMALL.height, SMALL.width, 3), dtype=np.uint8)
    small = replace(recipe, architecture=SMALL, size=6)
    made = partial(Trainer, network("mtdnet"), small, torch.from_numpy(pixels), target, 0)
    if not cross:
        return made(pooled=[Pooled(source, 32)])
    copy = network("mtdnet", seed=1)
    assert isinstance(copy, MTDnet)
    return made(source=Source(source, 32, copy))


def weights(made: torch.nn.Module) -> torch.Tensor:
    return torch.cat([v.detach().float().flatten().clone() for v in made.state_dict().values()])


@pytest.mark.parametrize("recipe", [RECIPE, paper_recipe()])
@pytest.mark.parametrize("joint", ["conv5", "fc7"])
@pytest.mark.parametrize("copy", ["frozen", "trained"])
def test_the_source_copy_learns_only_where_it_is_trained(recipe: Recipe, joint: Any, copy: Any) -> None:
    made = trainer(replace(recipe, joint=joint, source_copy=copy, joint_weight=0.01), cross=True)
    assert made.source is not None
    before = weights(made.network), weights(made.source.network)
    steps = [made.step() for _ in range(2)]
    after = weights(made.network), weights(made.source.network)
    assert not torch.equal(before[0], after[0])
    assert torch.equal(before[1], after[1]) == (copy == "frozen")
    for step in steps:
        assert step.joint_loss is not None
        assert (step.source_pair_loss is None) == (copy == "frozen")
        told = [made.recipe.ranking_weight * step.triplet_loss, step.pair_loss, 0.01 * step.joint_loss]  # type: ignore[operator]
        assert step.loss == pytest.approx(sum(told) + (step.source_pair_loss or 0), rel=1e-4)  # type: ignore[arg-type]


def test_without_weight_the_joint_loss_changes_nothing() -> None:
    """A frozen copy and no weight: the target learns as it does alone."""
    recipe = replace(RECIPE, joint_weight=0.0, erase=0.0, architecture=SMALL)
    with_source = trainer(recipe, cross=True)
    for _ in range(2):
        with_source.step()
    again = trainer(replace(recipe, joint="conv5"), cross=True)
    for _ in range(2):
        again.step()
    assert torch.equal(weights(with_source.network), weights(again.network))


def test_the_joint_loss_falls_in_training() -> None:
    made = trainer(replace(RECIPE, ranking_weight=0.0, pair_weight=0.1, joint="fc7"), cross=True)
    losses = [made.step().joint_loss for _ in range(16)]
    assert np.mean(losses[-4:]) < np.mean(losses[:4])  # type: ignore[arg-type]


@pytest.mark.parametrize("recipe", [RECIPE, paper_recipe()])
def test_pooled_triplets_are_half_and_half_and_never_mixed(recipe: Recipe) -> None:
    made = trainer(recipe, cross=False)
    batch = made._batch(np.random.default_rng(0))
    from_source = torch.from_numpy(batch.images >= 32)
    if batch.triplets is not None:
        assert from_source[batch.triplets].float().mean(1).unique().tolist() == [0, 1]
        assert from_source[batch.triplets[:, 0]].float().mean().item() == 0.5
    else:
        assert from_source.float().mean().item() == 0.5
        assert (from_source[batch.positives[:, 0]] == from_source[batch.positives[:, 1]]).all()
        assert not (batch.eligible & (from_source[batch.positives[:, 0]][:, None] != from_source[None])).any()
    assert made.step().pair_loss is not None


def test_a_batch_of_the_source_has_its_own_images_only() -> None:
    made = trainer(RECIPE, cross=True)
    batch = made._batch(np.random.default_rng(0))
    assert batch.source is not None
    assert (batch.images < 32).all()
    assert (batch.source.images >= 32).all()
    assert len(batch.all_images) == len(batch.images) + len(batch.source.images)
    both = merge_batches(batch, batch.source)
    assert both.images.tolist() == batch.all_images.tolist()
    data, rng = made.data, np.random.default_rng(0)
    assert sample_batch(data, made.recipe, 7, rng, torch.device("cpu")).images.min() >= 7


@pytest.fixture
def source(tmp_path: Path) -> str:
    return f"folder:{people_folder(tmp_path / 'source', persons=12, size=(30, 60))}"


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    path = tmp_path / "teacher.safetensors"
    save_checkpoint(path, network("mtdnet", seed=5), replace(CARD, name="teacher"))
    return path


def helped(people: Path, root: Path, helper: str, teacher: Path, **changes: Any) -> RunFolder:
    recipe = replace(RECIPE, iterations=6, joint="fc7")
    settings: dict[str, Any] = {
        "variant": "mtdnet-cross",
        "source": helper,
        "init": teacher,
        "recipe": recipe,
    } | changes
    return new_run(people, root, **settings)


@pytest.mark.parametrize("variant", ["mtdnet-cross", "mtdnet-aug"])
def test_a_finished_run_keeps_the_target_copy_alone(
    people: Path, tmp_path: Path, source: str, teacher: Path, variant: str
) -> None:
    run = helped(people, tmp_path / "runs" / "helped", source, teacher, variant=variant)
    assert run.job().source == source
    assert train(run, EVALUATORS) == run.final
    card = read_card(run.final)
    assert (card.variant, card.source) == (variant, source)
    assert [m["variant"] for m in card.metrics] == [variant, f"{variant}-trp", f"{variant}-fused"]
    assert card.fusion is not None
    assert load_file(run.final).keys() == network("mtdnet").state_dict().keys()
    steps = [e for e in run.events() if e["event"] == "step"]
    assert all((e["joint_loss"] is not None) == (variant == "mtdnet-cross") for e in steps)


@pytest.mark.parametrize("copy", ["frozen", "trained"])
def test_stopped_and_resumed_it_ends_the_same(
    people: Path, tmp_path: Path, source: str, teacher: Path, copy: Any
) -> None:
    recipe = replace(RECIPE, iterations=6, source_copy=copy)
    one, other = (helped(people, tmp_path / name / "run", source, teacher, recipe=recipe) for name in ("a", "b"))
    train(one, EVALUATORS)
    with stopping_after(other, 3):
        assert train(other, EVALUATORS, save_every=0.0) is None
    train(other, EVALUATORS)
    assert told(one) == told(other)
    first, second = (load_file(run.final) for run in (one, other))
    assert all(torch.equal(first[name], second[name]) for name in first)


@contextlib.contextmanager
def stopping_after(run: RunFolder, step: int) -> Iterator[None]:
    """Asks the run to stop when it has done so many steps."""
    real = Trainer.step

    def counted(self: Trainer) -> Any:
        found = real(self)
        if found.step == step:
            run.ask_to_stop()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "step", counted)
        yield


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source": None}, "learns from a source data set too"),
        ({"variant": "mtdnet"}, "learns from no source data set"),
        ({"init": None}, "starts from a network trained on the source"),
    ],
)
def test_what_cannot_be_is_refused_before_it_starts(
    people: Path, tmp_path: Path, source: str, teacher: Path, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ReidvizError, match=sentence):
        helped(people, tmp_path / "runs" / "helped", source, teacher, **changes)


def test_a_teacher_of_another_kind_is_a_failed_run(people: Path, tmp_path: Path, source: str) -> None:
    single = tmp_path / "single.safetensors"
    save_checkpoint(single, network("mtdnet-cls"), replace(CARD, name="single", variant="mtdnet-cls"))
    run = helped(people, tmp_path / "runs" / "a", source, single)
    with pytest.raises(ReidvizError, match="has not learnt both tasks"):
        train(run, EVALUATORS)
    assert run.status().state == "failed"
    other = replace(SMALL, fc=32)
    large = tmp_path / "large.safetensors"
    save_checkpoint(large, network("mtdnet", other), replace(CARD, name="large", architecture=other))
    with pytest.raises(ReidvizError, match="another architecture"):
        train(helped(people, tmp_path / "runs" / "b", source, large), EVALUATORS)
