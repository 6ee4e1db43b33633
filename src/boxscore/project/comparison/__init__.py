"""Runs side by side, object by object."""
