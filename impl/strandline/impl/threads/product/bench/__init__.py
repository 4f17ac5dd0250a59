"""Measures the store of threads: each function makes one measurement, in a folder and a process of its own.

Ratios are of two things that were measured in turn in one process. Times are in microseconds.
"""
