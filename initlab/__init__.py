"""The laboratory for neural-network parameters."""
