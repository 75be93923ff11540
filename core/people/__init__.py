"""People: contributors, who draw, and users, who have an account.

contributors   blocking and erasing
accounts       users, roles, the first admin      passwords   rules and hashes
sessions       sign-in of browsers                tokens      access for programs
"""
