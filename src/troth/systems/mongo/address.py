"""Which addresses are MongoDB's. Imports no driver."""


def is_mongo(url: str) -> bool:
    """Whether the address is that of a MongoDB server or cluster."""
    return url.startswith(("mongodb://", "mongodb+srv://"))
