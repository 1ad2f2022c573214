"""A double of Superset: accounts that a database's foreign keys hold back once they made something."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from troth.systems.sandbox.double import Answer, Ask, Double, token

ADMIN = ("sandbox", "sandbox-password")
KINDS = ("dashboard", "chart", "dataset", "log", "query", "saved_query")
HOLDS_BACK = ("dashboard", "chart", "dataset", "saved_query", "query")
"""Kinds whose rows refer to who made them; a line of the log lets go of its user."""
_QUERY = re.compile(
    r"\((?:filters:!\(\(col:(\w+),opr:(\w+),value:(?:'((?:[^'!]|![!'])*)'|(\d+))\)\),)?"
    r"(?:order_column:(\w+),order_direction:asc,)?page:(\d+),page_size:(\d+)\)",
    re.DOTALL,
)
_ALLOWED = {
    ("users", "email"): "ct", ("log", "user"): "rel_o_m", ("query", "user"): "rel_o_m",
    ("saved_query", "created_by"): "rel_o_m", ("dashboard", "owners"): "rel_m_m", ("chart", "owners"): "rel_m_m",
    ("dataset", "owners"): "rel_m_m",
}  # fmt: skip

Row = dict[str, Any]


class Superset(Double):
    """`seed` takes records ({"kind": "user", …} or a kind with `owners`, `created_by` or `user` as an e-mail address
    of a user), page_size, security_api (FAB_ADD_SECURITY_API), renewals ([]: every refresh token has run out).
    """

    vendor: ClassVar[str] = "superset"

    def fresh(self) -> dict[str, Any]:
        rows: dict[str, Any] = {kind: {} for kind in ("user", *KINDS)}
        return {
            "next": 1,
            "rows": rows,
            "tokens": [],
            "renewals": [],
            "csrf": [],
            "page_size": 100,
            "security_api": True,
        }

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return _bearer(headers) in self.state["tokens"]

    def refusal(self, status: int, code: str, message: str) -> Any:
        return {"msg" if status == 401 else "message": message}

    def expire(self) -> None:
        self.state["tokens"] = []

    def seed(self, given: Mapping[str, Any], now: datetime) -> None:
        self.state |= {key: given[key] for key in ("page_size", "security_api", "renewals") if key in given}
        for record in given.get("records", ()):
            fields = dict(record)
            kind = fields.pop("kind")
            for column in ("owners", "created_by", "user"):
                if column in fields:
                    named = fields[column]
                    fields[column] = [self._id_of(one) for one in named] if column == "owners" else self._id_of(named)
            self._insert(kind, fields, now)

    def dump(self) -> dict[str, Any]:
        return {
            "records": [{"kind": kind, **row} for kind, rows in self.state["rows"].items() for row in rows.values()]
        }

    def do_login(self, ask: Ask) -> Answer:
        if (ask.body["username"], ask.body["password"]) != ADMIN:
            return self.error(401, "", "Not authorized")
        renewal = token()
        self.state["renewals"] += [renewal] if ask.body.get("refresh") else []
        told = {"refresh_token": renewal} if ask.body.get("refresh") else {}
        return Answer(200, {"access_token": self._signed_in(), **told})

    def do_refresh(self, ask: Ask) -> Answer:
        if _bearer(ask.headers) not in self.state["renewals"]:
            return self.error(401, "", "Token has expired")
        return Answer(200, {"access_token": self._signed_in()})

    def _signed_in(self) -> str:
        made = token()
        self.state["tokens"].append(made)
        return made

    def do_csrf_token(self, ask: Ask) -> Answer:
        made = token()
        self.state["csrf"].append(made)
        return Answer(200, {"result": made}, {"Set-Cookie": f"session={made}; HttpOnly; Path=/; SameSite=Lax"})

    def do_users(self, ask: Ask) -> Answer:
        if not self.state["security_api"]:
            return self.error(404, "", "Not found")
        return self._list("users", "user", ask)

    def do_list(self, ask: Ask) -> Answer:
        return self._list(ask.params["kind"], ask.params["kind"], ask)

    def _list(self, name: str, kind: str, ask: Ask) -> Answer:
        asked = _QUERY.fullmatch(ask.query.get("q", "(page:0,page_size:20)"))
        assert asked, "the contract lets nothing else through"
        column, operator, text, number, order, page, size = asked.groups()
        if column and _ALLOWED.get((name, column)) != operator:
            return self.error(400, "", f"Filter column: {column} not allowed to filter")
        value = re.sub(r"!(.)", r"\1", text) if text is not None else int(number or 0)
        rows = [row for row in self._rows(kind) if not column or _fits(row.get(column), value)]
        if order:
            rows.sort(key=lambda row: str(row.get(order) or ""))
        start = int(page) * min(int(size), self.state["page_size"])
        some = rows[start : start + min(int(size), self.state["page_size"])]
        shown = [self._shown(kind, row) for row in some]
        return Answer(200, {"count": len(rows), "ids": [row["id"] for row in some], "result": shown})

    def _shown(self, kind: str, row: Row) -> Row:
        """As Superset nests users; a line of the log has no id of its own in the list."""
        shown = {name: value for name, value in row.items() if name != "password"}
        for column in ("created_by", "changed_by", "user"):
            if column in row:
                shown[column] = self._named(row[column])
        if "owners" in row:
            shown["owners"] = [self._named(one) for one in row["owners"]]
            shown["changed_by_name"] = "Other Person"
        if kind == "log":
            del shown["id"]
        return shown

    def _named(self, user: int | None) -> Row | None:
        row = self.state["rows"]["user"].get(str(user))
        return {name: row[name] for name in ("id", "first_name", "last_name")} if row else None

    def do_create_user(self, ask: Ask) -> Answer:
        clash = self._clash(ask.body, None)
        if clash:
            return clash
        made = self._insert("user", ask.body, ask.now)
        return Answer(201, {"id": made})

    def do_update_user(self, ask: Ask) -> Answer:
        row = self.state["rows"]["user"].get(ask.params["id"])
        if row is None:
            return self.error(500, "", "Fatal error")  # as Superset has it
        clash = self._clash(ask.body, row["id"])
        if clash:
            return self.error(500, "", "Fatal error")
        row |= ask.body
        return Answer(200, {"result": ask.body})

    def do_delete_user(self, ask: Ask) -> Answer:
        user = ask.params["id"]
        if user not in self.state["rows"]["user"]:
            return self.error(404, "", "Not found")
        if any(row.get("created_by") == int(user) or (kind == "query" and row.get("user") == int(user))
               for kind in HOLDS_BACK for row in self._rows(kind)):  # fmt: skip
            return self.error(422, "", "Database exception occurred: FOREIGN KEY constraint failed")
        del self.state["rows"]["user"][user]
        for row in self._rows("log"):
            row["user"] = None if row.get("user") == int(user) else row.get("user")
        return Answer(200, {"message": "OK"})

    def do_hand_over(self, ask: Ask) -> Answer:
        guard = ask.headers.get("x-csrftoken")
        if guard not in self.state["csrf"] or f"session={guard}" not in ask.headers.get("cookie", ""):
            return self.error(400, "", "400 Bad Request: The CSRF session token is missing.")
        row = self.state["rows"][ask.params["kind"]].get(ask.params["id"])
        if row is None:
            return self.error(404, "", "Not found")
        if any(str(owner) not in self.state["rows"]["user"] for owner in ask.body["owners"]):
            return self.error(422, "", "Owners are invalid")
        row["owners"] = ask.body["owners"]
        return Answer(200, {"id": row["id"], "result": {"owners": row["owners"]}})

    def _rows(self, kind: str) -> list[Row]:
        return list(self.state["rows"][kind].values())

    def _id_of(self, email: str) -> int:
        return next(int(row["id"]) for row in self._rows("user") if row["email"] == email)

    def _clash(self, fields: Mapping[str, Any], own: int | None) -> Answer | None:
        others = [row for row in self._rows("user") if row["id"] != own]
        for name in ("email", "username"):
            if any(row[name] == fields.get(name) for row in others):
                return self.error(422, "", f"UNIQUE constraint failed: ab_user.{name}")
        return None

    def _insert(self, kind: str, fields: Mapping[str, Any], now: datetime) -> int:
        made = self.new_number()
        time = now.strftime("%Y-%m-%dT%H:%M:%S.%f")  # without a zone, as Superset has it
        base: Row = {"id": made, "dttm" if kind == "log" else "created_on": time}
        if kind == "user":
            base |= {"active": True, "first_name": "A", "last_name": "B", "login_count": None, "roles": []}
            base |= {"username": fields.get("email")}
        self.state["rows"][kind][str(made)] = {**base, **fields}
        return made


def _bearer(headers: Mapping[str, str]) -> str:
    return headers.get("authorization", "").removeprefix("Bearer ")


def _fits(held: Any, value: str | int) -> bool:
    if isinstance(value, str):  # ILIKE '%value%', in which _ and % mean anything
        pattern = re.escape(value).replace("_", ".").replace("%", ".*")
        return bool(re.search(pattern, str(held or ""), re.IGNORECASE | re.DOTALL))
    return value in held if isinstance(held, list) else held == value
