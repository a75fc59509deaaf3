"""What is counted of requests and pictures, over all workers, and told of."""
