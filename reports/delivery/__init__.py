"""How an issued bulletin reaches those who are owed it: by e-mail, and as a short message of a group robot."""
