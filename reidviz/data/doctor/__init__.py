"""What is wrong with a data set, in plain words."""

from reidviz.data.doctor.examine import examine
from reidviz.data.doctor.findings import Finding, Report

__all__ = ["Finding", "Report", "examine"]
