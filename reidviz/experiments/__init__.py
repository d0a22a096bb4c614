"""Trainings and their evaluation as one question: what needs both floors, for the shell and the app alike."""
