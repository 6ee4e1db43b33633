"""Which prediction is which ground truth: views, candidate pairs, matching by protocol, recount."""
