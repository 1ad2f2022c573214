"""Superset's query language (Rison, as Flask-AppBuilder reads it), written safely."""


def text(value: str) -> str:
    """A quoted string: `!` and `'` are the two characters that mean something inside one."""
    return "'" + value.replace("!", "!!").replace("'", "!'") + "'"


def matching(column: str, operator: str, value: str) -> str:
    """Rows whose column compares so to the value, which is a number or was written by `text`."""
    return f"filters:!((col:{column},opr:{operator},value:{value})),"


def listing(where: str, page: int, size: int, order: str = "") -> str:
    """A page of the rows that match (all for an empty `where`), by the column `order` ascending."""
    sorted_by = f"order_column:{order},order_direction:asc," if order else ""
    return f"({where}{sorted_by}page:{page},page_size:{size})"
