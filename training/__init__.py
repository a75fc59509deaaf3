"""The batch job: from the MNIST data to a published model version."""
