"""Where assets live: a SQL database, read as a State and written by applying a Plan.

Importing a module of this room imports SQLAlchemy, so whoever needs it imports it where it is used.
"""
