"""What Alembic runs around a migration: the caller's connection, already in a transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
