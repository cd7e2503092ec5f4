"""The words of the product as frozen values: what was read, what is stored, what is planned, what was done.

No logic and no I/O. Three values exist everywhere: known, known to be empty (None) and unknown (`UNKNOWN`: not read,
failed, not recorded). In JSON an unknown value is a key that is not there.
"""
