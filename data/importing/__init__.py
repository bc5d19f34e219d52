"""Importing events from files: a mapping says which column is what, the readers stream rows, `load` writes
them.
"""
