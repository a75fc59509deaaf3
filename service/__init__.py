"""The HTTP service: from an uploaded picture to ten probabilities."""
