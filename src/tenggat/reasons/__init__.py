"""Why people buy nothing: asked once before the deadline and once after a revocation; each answer has its remedy."""
