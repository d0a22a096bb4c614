"""Interactive visual analysis for person re-identification around MTDnet (Chen et al., AAAI 2017)."""

import os

__version__ = "0.1.0"

# OpenMP threads that wait by spinning starve each other when a training and the app share a machine: measured on two
# cores, two trainings side by side ran five times slower each than with threads that sleep. It must be set before
# torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
