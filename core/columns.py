"""What the tables are made of: the names of constraints, the columns and references that recur."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    MetaData,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)


def instant(name: str, *, null: bool = True) -> Column[object]:
    """Return a column of instants, aware and in UTC."""
    return Column(name, DateTime(timezone=True), nullable=null)


def created() -> Column[object]:
    """Return the instant at which a row was made."""
    return Column("created_at", DateTime(timezone=True), nullable=False)


def facts(name: str = "facts") -> Column[object]:
    """Return a column of JSON, an empty object unless said."""
    return Column(name, JSONB, nullable=False, server_default=text("'{}'"))


def to(parent: str, column: str) -> ForeignKeyConstraint:
    """Return a reference that cannot cross businesses."""
    return ForeignKeyConstraint(
        ["business_id", column], [f"{parent}.business_id", f"{parent}.id"], name=None
    )


def business() -> ForeignKeyConstraint:
    """Return the reference that a business's first tables have; the others refer to these."""
    return ForeignKeyConstraint(["business_id"], ["businesses.id"])


def tenant(name: str, *items: SchemaItem, fillfactor: int = 100) -> Table:
    """Make a table of a business's numbered rows; room on a page lets an update stay there."""
    return Table(
        name,
        metadata,
        Column("business_id", BigInteger, primary_key=True),
        Column("id", BigInteger, Identity(), primary_key=True),
        *items,
        postgresql_with={"fillfactor": fillfactor},
    )
