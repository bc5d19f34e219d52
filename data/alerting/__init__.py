"""Warnings that are kept: what stands out, who holds what is about to be overdue, what should be checked once more."""
