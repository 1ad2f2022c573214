"""What a person wrote in the help center: community posts, and comments on posts and articles.

Zendesk leaves all of it up when it deletes a user, so it has to go first.
"""

from collections.abc import Iterator
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.kit.outcomes import Finding
from troth.systems.saas.zendesk.lists import V2, Row, listed

POST = "community post"
EMPTIED = {"title": "(erased)", "details": "(erased)"}
_PLACES = (
    ("community comment", "/community/users/{user}/comments", "comments"),
    ("article comment", "/help_center/users/{user}/comments", "comments"),
    (POST, "/community/users/{user}/posts", "posts"),
)


class HelpCenter:
    """The help center of one account; `on` where it has one."""

    def __init__(self, api: Api, *, on: bool) -> None:
        self._api = api
        self._on = on

    def findings(self, user: int) -> Iterator[Finding]:
        """Everything a user wrote there."""
        for kind, row in self._written(user):
            told = {key: row[key] for key in ("title", "details", "body", "created_at") if row.get(key)}
            yield Finding(kind, str(row["id"]), told)

    def erase(self, user: int) -> int:
        """Delete it; how much that was. A post that others answered is emptied, so that their answers stay."""
        return sum(self._erase(kind, row) for kind, row in self._written(user))

    def _erase(self, kind: str, row: Row) -> bool:
        if kind == POST and row["comment_count"]:
            return self._empty(row)
        self._api.call(f"delete a {kind}", "DELETE", f"{V2}{_path(kind, row)}", ok=(204, 404))
        return True

    def _empty(self, row: Row) -> bool:
        if row["title"] == EMPTIED["title"]:
            return False
        self._api.call(f"empty a {POST}", "PUT", f"{V2}/community/posts/{row['id']}", json={"post": EMPTIED})
        return True

    def _written(self, user: int) -> Iterator[tuple[str, Row]]:
        """Comments before posts are even listed: one with no answers but the person's own is then without any."""
        for kind, path, key in _PLACES if self._on else ():
            rows = list(listed(self._api, f"list {kind}s", path.format(user=user), key))
            yield from ((kind, row) for row in rows)


def _path(kind: str, row: Any) -> str:
    if kind == "community comment":
        return f"/community/posts/{row['post_id']}/comments/{row['id']}"
    if kind == "article comment":
        return f"/help_center/articles/{row['source_id']}/comments/{row['id']}"
    return f"/community/posts/{row['id']}"
