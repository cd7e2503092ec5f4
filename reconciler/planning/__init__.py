"""The decisions, pure: values in, values out; no clock, network, files or randomness.

The same settings and recording give the same plan, byte for byte, in whatever order their parts come.
"""
