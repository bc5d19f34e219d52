"""Every question that may be asked of the store; each takes a `data.answers.Question` and stays within its scope."""
