"""What a change of settings causes: two plans of one recording, compared."""

from reconciler.impact.comparison import compare, not_compared

__all__ = ["compare", "not_compared"]
