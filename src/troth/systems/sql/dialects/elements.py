"""Expressions that each database spells its own way: composed once, compiled for PostgreSQL, MySQL, SQLite, …

Every element is cacheable by its clauses, so that a statement made of them is compiled once a plan. `troth_…` are
functions that we register on SQLite connections (`sqlite.py`). Numbers are recognised in their canonical spelling
only: `007` is not the number 7, whichever side of a comparison is the text.
"""

from typing import Any, ClassVar

from sqlalchemy import ColumnElement, String, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import BigInteger, NullType, Numeric, TypeEngine, Unicode

Element = ColumnElement[Any]
RANDOM_LENGTH = 32  # characters of a random text
HASH_LENGTH = 64  # characters of a keyed hash


class Spelled(FunctionElement[Any]):
    """An expression whose text `spellings` gives for each dialect (`*`: all others), out of its compiled arguments."""

    inherit_cache = True
    spellings: ClassVar[dict[str, str]]
    type: TypeEngine[Any] = NullType()


@compiles(Spelled)
def _spelled(element: Spelled, compiler: SQLCompiler, **kw: Any) -> str:
    forms = element.spellings
    name = compiler.dialect.name
    form = forms.get(name) or forms.get("mysql" if name == "mariadb" else name) or forms["*"]
    return form.format(*(compiler.process(one, **kw) for one in element.clauses))


class _Constant(ColumnElement[str]):
    inherit_cache = False
    type = String()

    def __init__(self, value: str) -> None:
        self.value = value


@compiles(_Constant)
def _constant(element: _Constant, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.render_literal_value(element.value, String() if element.value.isascii() else Unicode())


def constant(value: str) -> Element:
    """A constant of a dataset file or of ours, never a person's value, written into the statement.

    SQLAlchemy's own `literal_execute` is lost on its way through IS DISTINCT FROM on some dialects.
    """
    return _Constant(value)


class _AsText(Spelled):
    inherit_cache = True
    type = String()
    spellings: ClassVar[dict[str, str]] = {
        "mysql": "CAST({0} AS CHAR CHARACTER SET utf8mb4)",
        "mssql": "CAST({0} AS nvarchar(max))",
        "snowflake": "CAST({0} AS varchar)",
        "bigquery": "CAST({0} AS STRING)",
        "*": "CAST({0} AS text)",
    }


def as_text(value: Element) -> Element:
    """A number, uuid or other plain value as text, in its canonical spelling."""
    return _AsText(value)


class _Digits(Spelled):
    inherit_cache = True
    type = String()
    spellings: ClassVar[dict[str, str]] = {
        "postgresql": "regexp_replace({0}, '[^0-9+]', '', 'g')",
        "sqlite": "troth_digits({0})",
        # before version 2025 SQL Server has no regular expressions: the usual separators only
        "mssql": "REPLACE(TRANSLATE({0}, ' -()./', '######'), '#', '')",
        "*": "REGEXP_REPLACE({0}, '[^0-9+]', '')",
    }


def digits_only(value: Element) -> Element:
    """A phone number without what people write between its digits."""
    return _Digits(value)


class _Whole(Spelled):
    inherit_cache = True
    type = BigInteger()
    spellings: ClassVar[dict[str, str]] = {
        "postgresql": "CASE WHEN {0} ~ '^(0|-?[1-9][0-9]{{0,17}})$' OR ({0} ~ '^[1-9][0-9]{{18}}$'"
        " AND {0} COLLATE \"C\" <= '9223372036854775807') THEN CAST({0} AS bigint) END",
        "mysql": "CASE WHEN {0} REGEXP '[^-0-9]' THEN NULL WHEN {0} REGEXP '^(0|-?[1-9][0-9]{{0,17}})$'"
        " OR ({0} REGEXP '^[1-9][0-9]{{18}}$' AND {0} <= '9223372036854775807') THEN CAST({0} AS SIGNED) END",
        "sqlite": "troth_whole({0})",
        "mssql": "CASE WHEN CAST(TRY_CAST({0} AS bigint) AS nvarchar(20)) = {0} THEN TRY_CAST({0} AS bigint) END",
        "snowflake": "IFF(TO_VARCHAR(TRY_TO_NUMBER({0}, 38, 0)) = {0}, TRY_TO_NUMBER({0}, 38, 0), NULL)",
        "bigquery": "IF(CAST(SAFE_CAST({0} AS INT64) AS STRING) = {0}, SAFE_CAST({0} AS INT64), NULL)",
    }


def to_whole(text: Element) -> Element:
    """The 64-bit whole number a text spells, NULL where it spells none."""
    return _Whole(text)


class _Decimal(Spelled):
    inherit_cache = True
    type = Numeric(38, 0)
    spellings: ClassVar[dict[str, str]] = {
        "postgresql": "CASE WHEN {0} ~ '^(0|-?[1-9][0-9]{{0,37}})$' THEN CAST({0} AS numeric) END",
        "mysql": "CASE WHEN {0} REGEXP '[^-0-9]' THEN NULL WHEN {0} REGEXP '^(0|-?[1-9][0-9]{{0,37}})$'"
        " THEN CAST({0} AS DECIMAL(38, 0)) END",
        "sqlite": "troth_whole({0})",
        "mssql": "CASE WHEN CAST(TRY_CAST({0} AS decimal(38, 0)) AS nvarchar(40)) = {0}"
        " THEN TRY_CAST({0} AS decimal(38, 0)) END",
        "snowflake": "IFF(TO_VARCHAR(TRY_TO_NUMBER({0}, 38, 0)) = {0}, TRY_TO_NUMBER({0}, 38, 0), NULL)",
        "bigquery": "IF(CAST(SAFE_CAST({0} AS BIGNUMERIC) AS STRING) = {0}, SAFE_CAST({0} AS BIGNUMERIC), NULL)",
    }


def to_decimal(text: Element) -> Element:
    """The whole number of up to 38 digits a text spells, for exact columns without a fraction; else NULL."""
    return _Decimal(text)


_UUID = "'^[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}$'"


class _ToUuid(Spelled):
    inherit_cache = True
    spellings: ClassVar[dict[str, str]] = {
        "postgresql": f"CASE WHEN {{0}} ~ {_UUID} THEN CAST({{0}} AS uuid) END",
        # of MariaDB only: MySQL has no such type. There `$` also stands before a last line's end.
        "mysql": f"CASE WHEN {{0}} REGEXP '[^-0-9a-fA-F]' THEN NULL WHEN {{0}} REGEXP {_UUID}"
        " THEN CAST({0} AS UUID) END",
        "mssql": "TRY_CAST({0} AS uniqueidentifier)",
        "*": "LOWER({0})",
    }


def to_uuid(text: Element) -> Element:
    """The uuid a text spells, NULL where it spells none."""
    return _ToUuid(text)


class _Random(Spelled):
    inherit_cache = True
    type = String()
    spellings: ClassVar[dict[str, str]] = {
        "postgresql": "replace(CAST(gen_random_uuid() AS text), '-', '')",
        "mysql": "LOWER(HEX(RANDOM_BYTES(16)))",
        "sqlite": "lower(hex(randomblob(16)))",
        "mssql": "LOWER(REPLACE(CAST(NEWID() AS char(36)), '-', ''))",
        "snowflake": "REPLACE(UUID_STRING(), '-', '')",
        "bigquery": "REPLACE(GENERATE_UUID(), '-', '')",
    }


class _Left(Spelled):
    inherit_cache = True
    type = String()
    spellings: ClassVar[dict[str, str]] = {"mssql": "LEFT({0}, {1})", "*": "SUBSTR({0}, 1, {1})"}


def left_text(text: Element, length: int) -> Element:
    """The first `length` characters."""
    return _Left(text, literal_column(str(int(length))))


def random_text(length: int = RANDOM_LENGTH) -> Element:
    """A fresh random text for each row: `length` hexadecimal characters, at most 32."""
    return _Random() if length >= RANDOM_LENGTH else left_text(_Random(), length)


def starts_with(text: Element, prefix: str) -> ColumnElement[bool]:
    """Whether a text begins with a constant of ours."""
    return left_text(text, len(prefix)) == constant(prefix)


class _Hash(Spelled):
    """HMAC (RFC 2104) out of the server's own SHA-256: arguments text, inner key, outer key."""

    inherit_cache = True
    type = String()
    spellings: ClassVar[dict[str, str]] = {
        "postgresql": "encode(sha256(CAST({2} AS bytea) || sha256(CAST({1} AS bytea)"
        " || convert_to({0}, 'UTF8'))), 'hex')",
        "mysql": "SHA2(CONCAT({2}, UNHEX(SHA2(CONCAT({1}, CAST(CONVERT({0} USING utf8mb4) AS BINARY)), 256))), 256)",
        "sqlite": "troth_hmac({0}, {1}, {2})",
        "mssql": "LOWER(CONVERT(varchar(64), HASHBYTES('SHA2_256', {2} + HASHBYTES('SHA2_256', {1} + CAST(CAST({0}"
        " COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(max)) AS varbinary(max)))), 2))",
        "snowflake": "SHA2_HEX(CONCAT({2}, SHA2_BINARY(CONCAT({1}, TO_BINARY({0}, 'UTF-8')), 256)), 256)",
        "bigquery": "TO_HEX(SHA256(CONCAT({2}, SHA256(CONCAT({1}, CAST({0} AS BYTES))))))",
    }


def keyed_hash(text: Element, inner: Element, outer: Element) -> Element:
    """HMAC-SHA-256 of a text in 64 hexadecimal characters. `inner`, `outer`: the two padded keys, as bound bytes."""
    return _Hash(text, inner, outer)


class _Collated(Spelled):
    inherit_cache = True
    type = String()
    spellings: ClassVar[dict[str, str]] = {
        "mysql": "CONVERT({0} USING {2}) COLLATE {1}",
        "mssql": "{0} COLLATE {1}",
        "*": "{0}",
    }


def collated(text: Element, collation: str, charset: str | None) -> Element:
    """A text as a column of this collation compares, so that the column's index serves."""
    return _Collated(text, literal_column(_name(collation)), literal_column(_name(charset or "utf8mb4")))


def _name(value: str) -> str:
    """A collation or character set as the catalog names it; these are never quoted."""
    if not value.replace("_", "").isalnum():
        raise ValueError(f"`{value}` is no collation's name")
    return value


class _Exactly(Spelled):
    inherit_cache = True
    type = String()
    spellings: ClassVar[dict[str, str]] = {
        "mysql": "CAST(CONVERT({0} USING utf8mb4) AS BINARY)",
        "mssql": "CAST(CAST({0} AS nvarchar(max)) AS varbinary(max))",
        "*": "{0}",
    }


def exactly(one: Element, other: Element) -> ColumnElement[bool]:
    """Whether two texts are the same character for character, whatever their collations say."""
    return _Exactly(one) == _Exactly(other)


class _OfType(Spelled):
    inherit_cache = True
    spellings: ClassVar[dict[str, str]] = {"sqlite": "{0}", "mysql": "{0}", "*": "CAST({0} AS {1})"}


def of_type(value: Element, type_name: str) -> Element:
    """A text in the type of a column (`LiveColumn.spelled`), where the database does not convert by itself."""
    return _OfType(value, literal_column(type_name))
