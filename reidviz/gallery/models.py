"""The models that described a gallery, and how they stand now."""

from dataclasses import replace

from reidviz.common.errors import ReidvizError
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.pipeline.recorded_rankers import known_here
from reidviz.gallery.describe import describing_ranker, dimensions_of, distance_of
from reidviz.gallery.named import Gallery, GalleryModel


def with_model(gallery: Gallery, ranker: Ranker) -> Gallery:
    """The same with a model among those that described it, once."""
    if any(one.sha256 == ranker.sha256 for one in gallery.models):
        return gallery
    name = ranker.name
    while any(one.name == name for one in gallery.models):
        name += "′"
    model = GalleryModel(name, ranker.path.absolute(), ranker.sha256, dimensions_of(ranker), distance_of(ranker))
    return replace(gallery, models=(*gallery.models, model))


def ranker_of(model: GalleryModel) -> Ranker:
    """The model of a gallery as it stands now: where it lay, else the shipped or added one or the run that has its
    sha256. ReidvizError where it is gone, or is another one by now."""
    try:
        found = describing_ranker(str(model.path))
        if found.sha256 == model.sha256:
            return found
        lost = ReidvizError(f"{model.name} is not what described this gallery.", "Add the gallery again with it.")
    except ReidvizError as error:
        lost = error
    moved = known_here().get((model.sha256, "distance"))
    if moved is None:
        raise lost
    return moved
