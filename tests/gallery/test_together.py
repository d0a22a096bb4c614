"""Several processes that describe one gallery: the same gallery as one process makes, whatever becomes of them."""

import subprocess
import sys
from pathlib import Path

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.common.settings import PROJECT
from reidviz.gallery.exact.exact_store import ExactStore
from reidviz.gallery.named import folder_of, gallery_named
from reidviz.gallery.store import FeatureStore
from reidviz.gallery.together import first, shards_of
from reidviz.gallery.update import add
from reidviz.training.distributed import Team
from tests.gallery.conftest import FORKING, street


def opened(name: str) -> FeatureStore:
    gallery = gallery_named(name)
    return gallery.store(gallery.model())


TEAMS = """
from socket import socket
for place, arguments in enumerate(eval(sys.argv[2])):
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    team = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    both = [child(arguments, f"{sys.argv[1]}/{place}-{n}", RANK=str(n), LOCAL_RANK=str(n), **team) for n in range(2)]
    assert [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in both] == [0, 0]
"""


def by_two(said: Path, *commands: tuple[str, ...]) -> list[list[str]]:
    """What two processes say that run each of the commands and find each other as torchrun would let them."""
    said.mkdir()
    script = [sys.executable, "-c", FORKING + TEAMS, str(said), repr(commands)]
    subprocess.run(script, cwd=PROJECT, check=True)
    return [[(said / f"{place}-{rank}").read_text() for rank in range(2)] for place in range(len(commands))]


@pytest.mark.slow
def test_two_processes_make_the_gallery_that_one_makes(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 13)
    for name in ("broken_a.png", "broken_b.png"):
        (folder / name).write_bytes(b"no image")
    add("alone", str(folder), str(model))
    first_time = ("add", "team", "--images", str(folder), "--model", str(model))
    (said, other), (again, _) = by_two(tmp_path / "said", first_time, ("update", "team"))
    assert "13 images described" in said
    assert other == ""
    assert "0 images described, 13 unchanged" in again
    alone, team = opened("alone"), opened("team")
    assert team.stamps() == alone.stamps()
    ids = sorted(alone.stamps())
    assert (team.features(ids) == alone.features(ids)).all()
    assert {one.id for one in gallery_named("team").unreadable} == {"broken_a.png", "broken_b.png"}
    assert not list(folder_of("team").glob("*shard*"))


def test_what_a_killed_team_left_is_taken_over_and_not_described_again(tmp_path: Path, model: Path) -> None:
    folder = street(tmp_path / "street", 10)
    add("street", str(folder), str(model))
    gallery, store = gallery_named("street"), opened("street")
    ids = sorted(store.stamps())
    entries, features = store.entries(ids), store.features(ids)
    for rank, part in ((1, slice(0, 4)), (2, slice(3, 7))):  # one of them was told of twice
        shard = ExactStore(shards_of(gallery, gallery.model()) / f"{rank}", features.shape[1])
        shard.add(entries[part], features[part])
    store.remove(ids[:5])
    (done,) = add("street", str(folder), str(model))
    assert (done.described, done.unchanged) == (0, 10)
    assert sorted(opened("street").stamps()) == ids
    assert opened("street").features(ids) == pytest.approx(features)
    assert not shards_of(gallery, gallery.model()).exists()


def test_a_team_whose_first_process_cannot_begin_says_so_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise ReidvizError("There is no room.")

    with pytest.raises(ReidvizError, match="no room"):
        first(Team(), fails)
    monkeypatch.setattr(Team, "broadcast", lambda self, wish: False)
    with pytest.raises(ReidvizError, match="first process"):
        first(Team(1, 2), fails)
