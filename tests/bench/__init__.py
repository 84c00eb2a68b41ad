"""Benchmarks: ratios in one run, never absolute times in a test."""
