"""The survey engine's inner parts; the public names stand in design, weights, estimate and replicate."""
