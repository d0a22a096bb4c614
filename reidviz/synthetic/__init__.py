"""Pedestrians that never lived, drawn from a seed."""
