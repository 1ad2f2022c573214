"""The help center of the Zendesk double: what a deleted user wrote stays up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from troth.systems.saas.zendesk.double_tickets import TicketHalf
from troth.systems.sandbox.double import Answer, Ask, stamp


class HelpHalf(TicketHalf):
    """Posts with their comments, and comments on articles."""

    def add_post(self, fields: Mapping[str, Any], now: datetime) -> None:
        """`by` an address; `answers`: addresses of those who commented."""
        made = self.id_of(fields["by"])
        post = {"id": 4000 + self.new_number(), "author_id": made, "created_at": stamp(now)}
        post |= {"title": fields["title"], "details": fields.get("details", "")}
        self.state["posts"].append(post)
        for one in fields.get("answers", ()):
            told = {"id": 4000 + self.new_number(), "author_id": self.id_of(one), "body": f"{one} saw that too"}
            self.state["post_comments"].append({**told, "post_id": post["id"], "created_at": stamp(now)})

    def add_article_comment(self, fields: Mapping[str, Any], now: datetime) -> None:
        told = {"id": 4000 + self.new_number(), "author_id": self.id_of(fields["by"]), "body": fields["body"]}
        row = {**told, "source_id": 77, "source_type": "Article", "locale": "en-us", "created_at": stamp(now)}
        self.state["article_comments"].append(row)

    def help_records(self) -> list[dict[str, Any]]:
        places = {"post": "posts", "post comment": "post_comments", "article comment": "article_comments"}
        return [{"kind": kind, **row} for kind, place in places.items() for row in self.state[place]]

    def do_list_posts(self, ask: Ask) -> Answer:
        comments = self.state["post_comments"]
        rows = [
            {**row, "comment_count": sum(one["post_id"] == row["id"] for one in comments)}
            for row in self._by(ask, "posts")
        ]
        return self.page(rows, ask, "posts")

    def do_list_post_comments(self, ask: Ask) -> Answer:
        return self.page(self._by(ask, "post_comments"), ask, "comments")

    def do_list_article_comments(self, ask: Ask) -> Answer:
        return self.page(self._by(ask, "article_comments"), ask, "comments")

    def do_update_post(self, ask: Ask) -> Answer:
        row = next((one for one in self.state["posts"] if str(one["id"]) == ask.params["post"]), None)
        if row is None:
            return self.not_found()
        row |= ask.body["post"]
        return Answer(200, {"post": {**row, "comment_count": 0}})

    def do_delete_post(self, ask: Ask) -> Answer:
        comments = self.state["post_comments"]  # the trap: answers of others go with it
        self.state["post_comments"] = [one for one in comments if str(one["post_id"]) != ask.params["post"]]
        return self._remove("posts", ask.params["post"])

    def do_delete_post_comment(self, ask: Ask) -> Answer:
        return self._remove("post_comments", ask.params["comment"])

    def do_delete_article_comment(self, ask: Ask) -> Answer:
        return self._remove("article_comments", ask.params["comment"])

    def _by(self, ask: Ask, place: str) -> list[dict[str, Any]]:
        return [row for row in self.state[place] if str(row["author_id"]) == ask.params["user"]]

    def _remove(self, place: str, one: str) -> Answer:
        left = [row for row in self.state[place] if str(row["id"]) != one]
        if len(left) == len(self.state[place]):
            return self.not_found()
        self.state[place] = left
        return Answer(204)
