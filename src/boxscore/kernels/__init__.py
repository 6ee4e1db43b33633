"""Compiled kernels: arrays in, arrays out; importing them costs milliseconds and no NumPy."""
