"""DynamoDB: a person's items, by key of a table or of an index. Queries only: a scan reads everybody's."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from troth.systems.kit.fields import items_of, to_fields
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.names import filled
from troth.systems.kit.outcomes import Expires, Finding, SystemProblem
from troth.systems.kit.pace import backoff
from troth.systems.kit.paging import in_batches, pages
from troth.systems.saas.aws.attributes import Attribute, Item, plain, typed
from troth.systems.saas.aws.calls import Aws
from troth.systems.saas.aws.settings import Table

READ_BATCH, WRITE_BATCH = 100, 25  # DynamoDB's limits
TRIES = 6  # for what a batch left undone
ROUNDS = 3

_Plan = tuple[str, Item, Mapping[str, Attribute]]


class Tables:
    """Lookups in several tables."""

    def __init__(self, aws: Aws, tables: Sequence[Table], mapping: Mapping[str, str]) -> None:
        self._aws = aws
        self._tables = tables
        self._mapping = mapping
        self._shapes: dict[str, Mapping[str, Any]] = {}

    def find(self, who: Identifiers) -> list[Finding]:
        """Every item, each once however many lookups lead to it, all attributes."""
        found: dict[str, Finding] = {}
        for table in self._tables:
            for item in self._items(table, who):
                finding = self._finding(table, item)
                found[finding.id] = finding
        return list(found.values())

    def erase(self, who: Identifiers) -> dict[str, int]:
        """Deletes every item, then looks again; how many went."""
        return {"items": sum(self._erase_from(table, who) for table in self._tables)}

    def remains(self) -> list[Expires]:
        """Tables whose past can be restored, and for how long: read now from their own setting."""
        found = (self._recovery(name) for name in dict.fromkeys(table.table for table in self._tables))
        return [one for one in found if one]

    def rectify(self, who: Identifiers, changes: Mapping[str, str]) -> int:
        """Writes the right values where an item has that attribute; how many items. Nothing if one cannot be."""
        self._all_at_home(changes)
        plans: dict[str, _Plan] = {}
        for table in self._tables:
            for item in self._items(table, who):
                plan = self._plan(table, item, changes)
                if plan:
                    plans[_id(table.table, plan[1])] = plan
        for plan in plans.values():
            self._update(*plan)
        return len(plans)

    def _items(self, table: Table, who: Identifiers) -> list[Item]:
        """What is the person's now. An index lags behind: what it shows may have gone, or be somebody else's by now."""
        shape = self._shape(table.table)
        kinds = {one["AttributeName"]: one["AttributeType"] for one in shape["AttributeDefinitions"]}
        self._judge(table, shape)
        ways = list(_combined(table.key, who, kinds))
        keys = {_id(table.table, key): key for way in ways for key in self._keys(table, way)}
        read = (item for some in in_batches(list(keys.values()), READ_BATCH) for item in self._read(table.table, some))
        return [item for item in read if any(way.items() <= item.items() for way in ways)]

    def _keys(self, table: Table, wanted: Mapping[str, Attribute]) -> Iterator[Item]:
        return (self._key(table.table, item) for item in self._query(table, wanted))

    def _judge(self, table: Table, shape: Mapping[str, Any]) -> None:
        """Raises `SystemProblem` where the lookup is none: DynamoDB would say no more than that it is not valid."""
        indexes = (*shape.get("GlobalSecondaryIndexes", ()), *shape.get("LocalSecondaryIndexes", ()))
        schemas = {one["IndexName"]: one["KeySchema"] for one in indexes} | {None: shape["KeySchema"]}
        where = f"index {table.index} of table {table.table}" if table.index else f"table {table.table}"
        if table.index not in schemas:
            raise SystemProblem(f"{self._aws.name}: there is no {where}; correct it", consequence="fix settings")
        names = [one["AttributeName"] for one in schemas[table.index]]
        unknown = sorted(set(table.key) - set(names))
        if unknown or names[0] not in table.key:
            why = f"{unknown[0]} is no key" if unknown else f"{names[0]}, its partition key, is not in the key"
            raise SystemProblem(f"{self._aws.name}: {why} of {where}; correct its key", consequence="fix settings")

    def _query(self, table: Table, wanted: Mapping[str, Attribute]) -> Iterator[Item]:
        """Names and values travel apart from the expression, so no identifier is ever part of it."""
        given: dict[str, Any] = {
            "TableName": table.table,
            "KeyConditionExpression": " AND ".join(f"#k{n} = :v{n}" for n in range(len(wanted))),
            "ExpressionAttributeNames": {f"#k{n}": name for n, name in enumerate(wanted)},
            "ExpressionAttributeValues": {f":v{n}": value for n, value in enumerate(wanted.values())},
            **({"IndexName": table.index} if table.index else {"ConsistentRead": True}),
        }
        cursors: dict[str, Any] = {}

        def fetch(cursor: str) -> Mapping[str, Any]:
            more = {"ExclusiveStartKey": cursors[cursor]} if cursor else {}
            return self._aws.call("query a table", "dynamodb", "query", need=("Items", "Count"), **given, **more)

        def after(page: Mapping[str, Any]) -> str | None:
            last = page.get("LastEvaluatedKey")
            if not last:
                return None
            cursor = json.dumps(plain({"M": last}), sort_keys=True)
            cursors[cursor] = last
            return cursor

        for page in pages(fetch(""), after, fetch):
            yield from page["Items"]

    def _read(self, table: str, keys: Sequence[Item]) -> Iterator[Item]:
        left: Mapping[str, Any] = {table: {"Keys": list(keys), "ConsistentRead": True}}
        for attempt in range(TRIES):
            reply = self._aws.call("read items", "dynamodb", "batch_get_item", need=("Responses",), RequestItems=left)
            yield from reply["Responses"].get(table, ())
            left = reply.get("UnprocessedKeys") or {}
            if not left:
                return
            self._aws.pace.sleep(backoff(attempt))
        raise self._too_busy("read items")

    def _erase_from(self, table: Table, who: Identifiers) -> int:
        gone = 0
        for _ in range(ROUNDS):
            items = self._items(table, who)
            if not items:
                return gone
            for some in in_batches(items, WRITE_BATCH):
                self._delete(table.table, [self._key(table.table, item) for item in some])
            gone += len(items)
        raise SystemProblem(
            f"{self._aws.name}: erase items: new ones appear while they are erased; try again later",
            consequence="retry",
        )

    def _delete(self, table: str, keys: Sequence[Item]) -> None:
        left: Mapping[str, Any] = {table: [{"DeleteRequest": {"Key": key}} for key in keys]}
        for attempt in range(TRIES):
            reply = self._aws.call("delete items", "dynamodb", "batch_write_item", RequestItems=left)
            left = reply.get("UnprocessedItems") or {}
            if not left:
                return
            self._aws.pace.sleep(backoff(attempt))
        raise self._too_busy("delete items")

    def _too_busy(self, act: str) -> SystemProblem:
        return SystemProblem(
            f"{self._aws.name}: {act}: DynamoDB leaves some undone; give the table more capacity or try again later",
            consequence="retry",
        )

    def _all_at_home(self, changes: Mapping[str, str]) -> None:
        """Raises `SystemProblem` when an item of the policy has no attribute in any table."""
        known = {item: name for table in self._tables for item, name in self._fields(table).items()}
        to_fields(self._aws.name, known, {item: value for item, value in changes.items() if item not in known})

    def _fields(self, table: Table) -> dict[str, str]:
        return {**self._mapping, **table.fields}

    def _plan(self, table: Table, item: Item, changes: Mapping[str, str]) -> _Plan | None:
        """What is to be written into an item. Raises `SystemProblem` when it cannot be."""
        known = self._fields(table)
        fields = to_fields(table.table, known, {item: value for item, value in changes.items() if item in known})
        key = self._key(table.table, item)
        right: dict[str, Attribute] = {}
        for name in fields.keys() & item.keys():
            value = typed(fields[name], next(iter(item[name])))
            if value is None or (name in key and value != item[name]):
                why = "is part of the key" if name in key else "holds another type of value"
                raise SystemProblem(
                    f"{self._aws.name}: {name} of table {table.table} {why} and cannot be corrected in place; "
                    "write the item anew by hand",
                    consequence="stop",
                )
            right[name] = value
        return (table.table, key, right) if right.keys() - key.keys() else None

    def _update(self, table: str, key: Item, right: Mapping[str, Attribute]) -> None:
        """Only an item that is still there: an update alone would bring an erased one back."""
        written = {name: value for name, value in right.items() if name not in key}
        names = {f"#f{n}": name for n, name in enumerate(written)} | {"#key": next(iter(key))}
        given: dict[str, Any] = {
            "TableName": table,
            "Key": key,
            "UpdateExpression": "SET " + ", ".join(f"#f{n} = :f{n}" for n in range(len(written))),
            "ConditionExpression": "attribute_exists(#key)",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {f":f{n}": value for n, value in enumerate(written.values())},
        }
        given["gone"] = ("ConditionalCheckFailedException",)
        self._aws.call("correct an item", "dynamodb", "update_item", **given)

    def _recovery(self, table: str) -> Expires | None:
        given = {"TableName": table, "need": ("ContinuousBackupsDescription",)}
        reply = self._aws.call("look at backups of a table", "dynamodb", "describe_continuous_backups", **given)
        told = reply["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        if told.get("PointInTimeRecoveryStatus") != "ENABLED":
            return None
        days = told.get("RecoveryPeriodInDays", 35)
        return Expires(on=f"{days} days after erasure", setting=f"point-in-time recovery of table {table}")

    def _shape(self, table: str) -> Mapping[str, Any]:
        if table not in self._shapes:
            given = {"TableName": table, "need": ("Table",)}
            self._shapes[table] = self._aws.call("look at a table", "dynamodb", "describe_table", **given)["Table"]
        return self._shapes[table]

    def _key(self, table: str, item: Item) -> Item:
        return {one["AttributeName"]: item[one["AttributeName"]] for one in self._shape(table)["KeySchema"]}

    def _finding(self, table: Table, item: Item) -> Finding:
        values = {name: plain(value) for name, value in item.items()}
        id = _id(table.table, self._key(table.table, item))
        return Finding(f"item of {table.table}", id, values, items_of(self._fields(table), values))


def _id(table: str, key: Item) -> str:
    return json.dumps([table, plain({"M": key})], sort_keys=True)


def _combined(key: Mapping[str, str], who: Identifiers, kinds: Mapping[str, str]) -> Iterator[dict[str, Attribute]]:
    """Every way to fill the key with the person's identifiers."""
    ways: list[dict[str, Attribute]] = [{}]
    for name, text in key.items():
        values = [value for one in filled(text, who) if (value := typed(one, kinds[name]))]
        ways = [{**way, name: value} for way in ways for value in values]
    yield from ways
