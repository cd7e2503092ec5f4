"""What every table is declared with: one registry of them, and how their constraints are called."""

from sqlalchemy import CheckConstraint, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, choices: list[str]) -> CheckConstraint:
    """Return the check that a text column holds one of these words."""
    quoted = ", ".join(f"'{choice}'" for choice in choices)
    return CheckConstraint(f"{column} IN ({quoted})", column)
