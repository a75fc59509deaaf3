"""What a published version is worth beyond the MNIST test set: one module a part."""
