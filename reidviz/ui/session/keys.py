"""What a session remembers: every key of st.session_state that code reads or writes, by name and type.

Keys of widgets whose value only their own call returns are not here.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import streamlit as st

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from reidviz.common.errors import ReidvizError
    from reidviz.evaluation.explain.hidden_scores import Role
    from reidviz.evaluation.explain.masking import Box
    from reidviz.ui.background.jobs import Job
    from reidviz.ui.pairs.verification import AtMost
    from reidviz.ui.search.batch import Batch
    from reidviz.ui.session.selection import Selection
    from reidviz.ui.training.start_form import Template

T = TypeVar("T")


@dataclass(frozen=True)
class Key(Generic[T]):
    """The place of one value in the session."""

    name: str

    @overload
    def get(self) -> T | None: ...
    @overload
    def get(self, default: T) -> T: ...
    def get(self, default: Any = None) -> Any:
        """What is there, else the default."""
        return st.session_state.get(self.name, default)

    def set(self, value: T) -> None:
        """Put a value there."""
        st.session_state[self.name] = value

    def pop(self) -> T | None:
        """Take away what is there."""
        found: T | None = st.session_state.pop(self.name, None)
        return found

    def of(self, *parts: str) -> "Key[T]":
        """The place of the same kind of value for one of several things."""
        return Key(" ".join((self.name, *parts)))


DATA: Key[str] = Key("data")
PROTOCOL: Key[str] = Key("protocol")
MODELS: Key[list[str]] = Key("models")
CHOSEN_BEFORE: Key[dict[str, Any]] = Key("chosen before")
SELECTION: Key["Selection"] = Key("selection")
NAMED_SELECTION: Key[str] = Key("selection name")
SELECTION_NOT_KEPT: Key["ReidvizError"] = Key("selection not kept")
JOB: Key["Job"] = Key("job")
ALL_PAIRS: Key[bool] = Key("all pairs")
PAGE_WANTED: Key[str] = Key("page wanted")
CARD_CLICK: Key[dict[str, Any]] = Key("card-click")
LINKED: Key[set[str]] = Key("linked")

PROBE: Key[str] = Key("probe")
PROBE_FILTER: Key[str] = Key("probe-filter")
PROBE_SOURCE: Key[str] = Key("source")
PROBE_JUMPS: Key[bool] = Key("probe jumps")
PROBE_PAGE: Key[int] = Key("probe-page")
PROBE_SHOWN: Key[int] = Key("probe shown")
BOX: Key[dict[str, Any]] = Key("box")
BRUSH: Key[dict[str, Any]] = Key("why-not-brush")
HIDDEN_BOX: Key["Box | None"] = Key("why-not box")
HIDDEN_ROLES: Key["list[Role]"] = Key("why-not-roles")
WHY_NOT_MODEL: Key[str] = Key("why-not-model")
WHY_NOT_SEARCH: Key[str] = Key("why-not search")
SPLITS_ASKED: Key[int] = Key("splits asked")
COST_ASKED: Key[bool] = Key("cost asked")
RERANK: Key[bool] = Key("rerank")
RERANK_K1: Key[int] = Key("rerank-k1")
RERANK_K2: Key[int] = Key("rerank-k2")
RERANK_WEIGHT: Key[float] = Key("rerank-weight")
EXPAND: Key[bool] = Key("expand")
EXPAND_K: Key[int] = Key("expand-k")
FUSED_PAIRS: Key[tuple[tuple[str, str], ...]] = Key("fused pairs")
FUSION_WEIGHTS: Key[dict[str, float]] = Key("dials")
FUSION_SLIDER: Key[float] = Key("dial")

GALLERY: Key[str] = Key("gallery")
GALLERY_MODEL: Key[str] = Key("gallery-model")
GALLERY_ADDING: Key[tuple[str, str]] = Key("gallery adding")
GALLERY_NOT_CHANGED: Key["ReidvizError"] = Key("gallery not changed")
GALLERY_ZIP: Key[Any] = Key("gallery-zip")
SEARCH_SOURCE: Key[str] = Key("search-source")
SEARCH_TRAIL: Key[tuple[str, ...]] = Key("search trail")
SEARCH_CLICK: Key[str] = Key("search-click")
SEARCH_BATCH: Key["Batch"] = Key("search batch")
SEARCH_OPENED: Key[str] = Key("search opened")
SEARCH_NOT_BEGUN: Key["ReidvizError"] = Key("search not begun")
SEARCH_ZIP: Key[Any] = Key("search-zip")
UPLOADED: Key[tuple[tuple[str, bytes], ...]] = Key("uploaded")

MAPS: Key[dict[str, Any]] = Key("maps")
MAP_FOCUS: Key[int] = Key("map-focus")
MAP_PROBE: Key[str] = Key("map-probe")
MAP_HOVER: Key[dict[str, Any]] = Key("map-hover")
MAP_HOVERED: Key[str] = Key("hovered")

BOARD: Key[dict[str, Any]] = Key("compare-board")
PAIR_FIRST: Key[str] = Key("pair-first")
PAIR_SECOND: Key[str] = Key("pair-second")
PAIR_BEFORE: Key[tuple[str, str]] = Key("pair-before")
PAIR_SCATTER: Key[dict[str, Any]] = Key("pairs-plane")
LASSOED_PAIRS: Key[tuple[str, tuple[tuple[int, int], ...]]] = Key("pairs-lassoed")
PAIRS_MODEL: Key[str] = Key("pairs-model")
PAIRS_VIEW: Key[str] = Key("pairs-view")
COMPARE_VIEW: Key[str] = Key("compare-view")
RANKS_SHOWN: Key[int] = Key("ranks")
BETTER: Key[str] = Key("better")
WORSE: Key[str] = Key("worse")
FAILURES_OF: Key[str] = Key("failures-of")
FAILURES_GROUP: Key[str] = Key("failures-group")
MENDED_BY: Key[str] = Key("mended-by")
LIFTS: Key[dict[str, Any]] = Key("failures-lifts")
MENDED_LIFTS: Key[dict[str, Any]] = Key("mended-lifts")
THRESHOLD: Key["float | AtMost | None"] = Key("threshold")
THRESHOLD_SLIDER: Key[float] = Key("slider")

RUN: Key[str] = Key("run")
RUN_VIEW: Key[str] = Key("run-view")
TIME_STEPS: Key[tuple[int, int]] = Key("time-steps")
TIME_PART: Key[str] = Key("time-part")
TIME_PERSON: Key[str] = Key("time-person")
TIME_BESIDE: Key[str | None] = Key("time-beside")
TIME_MAP: Key[dict[str, Any]] = Key("time-map")
RUN_TO_DELETE: Key[str] = Key("run to delete")
RUN_ERROR: Key["ReidvizError"] = Key("run error")
FAMILY_ERROR: Key["ReidvizError"] = Key("family error")
LEAVE_TRAIN_PAGE: Key[bool] = Key("leave train page")
TRAIN_FORM: Key[bool] = Key("train form")
TRAIN_TEMPLATE: Key["Template"] = Key("train template")
TRAIN_ASKED: Key[bool] = Key("train asked")
TRAIN_STARTED: Key[str] = Key("train started")
TRAIN_COUNT: Key[int] = Key("train count")

VERIFY_VIEW: Key[str] = Key("verify-view")
ANNOTATOR: Key[str] = Key("annotator")
QUESTIONS_FOR: Key[str] = Key("questions-for")
OWN_MARKS: Key[dict[Path, tuple[int, ...]]] = Key("own marks")
MARK_ERROR: Key["ReidvizError"] = Key("mark error")
MARKS_TAKEN: Key[str] = Key("marks taken")
MARKS_FILE: Key["UploadedFile"] = Key("marks-file")
MARKS_OF: Key[list[str]] = Key("marks-of")
CORRECTED_NAME: Key[str] = Key("corrected-name")

MODEL_FILE: Key[Path] = Key("model file")
MODEL_PATH: Key[str] = Key("model-path")
MODEL_UPLOAD: Key["list[UploadedFile]"] = Key("model-upload")
MODEL_NAME: Key[str] = Key("model-name")
MODEL_ADDED: Key[str] = Key("model added")
MODEL_NOT_TAKEN: Key["ReidvizError"] = Key("model not taken")
MODEL_NOT_CHANGED: Key["ReidvizError"] = Key("model not changed")
NEW_MODEL_NAME: Key[str] = Key("model-new-name")

ADD_DATA_OPEN: Key[bool] = Key("data-add")
DATA_ADDED: Key[str] = Key("data added")
NOT_ADDED: Key["ReidvizError"] = Key("not added")
IMPORTING: Key[tuple[str, str]] = Key("importing")
UNPACKED: Key[Path] = Key("unpacked")
UPLOADS_TAKEN: Key[int] = Key("uploads taken")
ZIP: Key[Any] = Key("add-zip")
ZIP_NAME: Key[str] = Key("add-name")
ZIP_NAME_PROPOSED: Key[str] = Key("add-name proposed")
EXAMINED: Key[str] = Key("examining")
CLEANED_WITHOUT: Key[list[str]] = Key("out-kinds")
CLEANED_NAME: Key[str] = Key("out-name")
NOT_WRITTEN: Key["ReidvizError"] = Key("not written")
