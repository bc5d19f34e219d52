"""Accounts: who may sign in, with what, for how long, and how guessing is held up."""
