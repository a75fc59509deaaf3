"""The versions in memory: chosen, proved, swapped by all workers at once."""
