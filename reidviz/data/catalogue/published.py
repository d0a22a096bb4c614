"""How many persons, cameras and pictures each data set has as published, and what is different here."""

from dataclasses import dataclass

from reidviz.data.dataset import Dataset


@dataclass(frozen=True)
class Counts:
    """What a data set has; None where the owner does not say, or names no cameras."""

    persons: int
    cameras: int | None
    pictures: int | None


@dataclass(frozen=True)
class Origin:
    """Where a data set comes from, in words: what it may be used for and whom to ask."""

    title: str
    obtain: str
    counts: Counts | None = None


RESEARCH = "For research only; ask its owners at"
ORIGINS = {
    "viper": Origin("VIPeR", f"{RESEARCH} the University of California, Santa Cruz.", Counts(632, 2, 1264)),
    "ilids": Origin("iLIDS", f"{RESEARCH} Queen Mary University of London.", Counts(119, None, 476)),
    "prid2011": Origin(
        "PRID2011", f"{RESEARCH} Graz University of Technology (single-shot part).", Counts(934, 2, 1134)
    ),
    "cuhk01": Origin("CUHK01", f"{RESEARCH} the Chinese University of Hong Kong.", Counts(971, 2, 3884)),
    "cuhk03": Origin(
        "CUHK03, labelled boxes", f"{RESEARCH} the Chinese University of Hong Kong.", Counts(1467, 10, None)
    ),
    "cuhk03-detected": Origin(
        "CUHK03, detected boxes", f"{RESEARCH} the Chinese University of Hong Kong.", Counts(1467, 10, None)
    ),
    "cuhk03-pair": Origin("CUHK03, one camera pair", f"{RESEARCH} the Chinese University of Hong Kong."),
    "market1501": Origin(
        "Market-1501",
        f"{RESEARCH} Tsinghua University (L. Zheng and others).",
        Counts(1501, 6, None),
    ),
    "msmt17": Origin("MSMT17", f"{RESEARCH} Peking University, by a signed agreement.", Counts(4101, 15, 126441)),
    "synthetic": Origin("Drawn people", "Built in: no real person is shown, any use is free."),
    "folder": Origin("Your own folder", "Mind whose pictures they are: those of real people are personal data."),
}
WITHDRAWN = "DukeMTMC-reID was withdrawn by its owners in 2019 and is not offered here."


def differences(dataset: Dataset) -> tuple[str, ...]:
    """What differs from the published counts, a sentence each; nothing where none are published."""
    origin = ORIGINS.get(dataset.layout)
    if origin is None or origin.counts is None:
        return ()
    wanted = origin.counts
    found = (
        (len(dataset.persons), wanted.persons, "persons"),
        (len(set(dataset.cameras.tolist()) - {""}), wanted.cameras, "cameras"),
        (len(dataset.samples), wanted.pictures, "pictures"),
    )
    return tuple(
        f"{origin.title} is published with {there:,} {what}; {here:,} were found."
        for here, there, what in found
        if there is not None and here != there
    )
