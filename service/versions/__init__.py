"""What was decided about the versions of a model, in small files beside them."""
