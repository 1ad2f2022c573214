"""What a user of Superset owns goes to somebody else before the user goes."""

from collections.abc import Mapping, Sequence

from troth.systems.kit.api import Api
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.saas.superset.lists import Row

Owned = Mapping[str, Sequence[tuple[int, Row]]]
"""Kind → (id, row) of what one user owns."""


class HandOver:
    """Dashboards, charts and datasets, to the user the settings name."""

    def __init__(self, name: str, api: Api, url: str, new_owner: int | None) -> None:
        self._name = name
        self._api = api
        self._url = url
        self._new_owner = new_owner

    def judge(self, owned: Mapping[int, Owned]) -> None:
        """Whether all can be handed over. Raises `SystemProblem` (fix settings) that lists what cannot."""
        things = {user: held for user, held in owned.items() if held}
        if not things or (self._new_owner is not None and self._new_owner not in owned):
            return
        told = "; ".join(f"user {user} owns {_listed(held)}" for user, held in things.items())
        raise SystemProblem(
            f"{self._name}: erase a user: {told}. Name in `new_owner` the id of another user who takes them over",
            consequence="fix settings",
        )

    def hand_over(self, user: int, owned: Owned) -> int:
        """The new owner in the user's place, beside the other owners; how many things that were."""
        for kind, things in owned.items():
            for one, row in things:
                others = [owner["id"] for owner in row["owners"] if owner["id"] not in (user, self._new_owner)]
                headers = self._guarded()
                body = {"owners": [*others, self._new_owner]}
                self._api.call(f"hand over a {kind}", "PUT", f"/api/v1/{kind}/{one}", json=body, headers=headers)
        return sum(map(len, owned.values()))

    def _guarded(self) -> dict[str, str]:
        """Headers that Superset's protection against forged requests wants, beside the session cookie it sets.

        Over TLS it wants a Referer of its own host too.
        """
        reply = self._api.call("ask for a CSRF token", "GET", "/api/v1/security/csrf_token/")
        return {"x-csrftoken": reply.need("result", str), "referer": f"{self._url}/"}


def _listed(owned: Owned) -> str:
    return ", ".join(f"{kind} {', '.join(str(one) for one, _ in things)}" for kind, things in owned.items())
