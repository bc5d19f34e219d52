"""What is hot: which matters come more often than they should, where, since when, and how sure that is."""
