"""Named galleries: images that nobody labelled, described once by a model and searched from any image."""
