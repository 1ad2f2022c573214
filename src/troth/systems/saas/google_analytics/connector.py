"""Google Analytics 4: deletion by client id through the Admin API, events through the Measurement Protocol.

Analytics knows browsers, not people: what acts here is the client id of the cookie `_ga`, a device identifier. Nothing
that names a person is sent to Google unless the settings say so.
"""

from collections.abc import Mapping
from typing import ClassVar

from troth.systems.kit.api import Api
from troth.systems.kit.auth import Auth, Fetched, NoAuth
from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, NotOffered, Outcome, SystemProblem
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas.google_analytics import sign_in
from troth.systems.saas.google_analytics.collect import Collector, event_of, transaction
from troth.systems.saas.google_analytics.identity import subjects
from troth.systems.saas.google_analytics.settings import GoogleAnalyticsSettings

UNCONFIRMED = Expires(
    "Google's next deletion run, within about two months (in user reports within 72 hours)",
    "the deletion request Google took; it offers no call that confirms the deletion",
)
AGGREGATED = NotOffered(
    reason="figures that were already aggregated stay, and so do copies exported to BigQuery or elsewhere",
    source="https://developers.google.com/analytics/devguides/config/userdeletion/v3",
    manual_steps="delete the rows with this user_pseudo_id from the BigQuery export, if there is one",
)


class GoogleAnalytics(SaasSystem):
    """Deletes by client id or app instance id; nothing of one person can be read through its API."""

    Settings = GoogleAnalyticsSettings
    TITLE: ClassVar[str] = "Google Analytics"
    FIELDS: ClassVar[Mapping[str, str]] = {"client-id": "client_id"}
    INSTEAD: ClassVar[Mapping[str, NotOffered | Expires]] = {
        "find": NotOffered(
            reason="Google Analytics gives figures about many through its API, nothing about one person",
            source="discovery documents of the Analytics Admin API v1alpha and Data API v1beta",
            manual_steps="open Explore, User explorer, look for the client id (the cookie _ga without its first two "
            "parts) and download; or select the user_pseudo_id in the BigQuery export",
        ),
        "rectify": NotOffered(
            reason="events that were collected cannot be changed",
            source="discovery document of the Analytics Admin API v1alpha: no method writes events",
            manual_steps="erase what is wrong and let it be collected anew",
        ),
        "suppress": NotOffered(
            reason="collection is switched off in the browser, not through the API",
            source="https://developers.google.com/tag-platform/security/guides/consent",
            manual_steps="withdraw analytics in the cookie settings of the site: it sets consent to denied and deletes "
            "the cookies _ga and _ga_*",
        ),
    }
    LIMITS: ClassVar[Mapping[str, str]] = {
        "erase": "Google tells that it took the request, never that it deleted anything; aggregated figures and "
        "exports stay",
        "deliver": "needs a client id; unless the event is named purchase, one whose answer was lost may count twice",
        "oldest": "tells the retention setting, not the oldest event",
    }
    settings: GoogleAnalyticsSettings

    def __init__(self, name: str, settings: GoogleAnalyticsSettings) -> None:
        self._apis: dict[str, Api] = {}
        super().__init__(name, settings)

    def auth(self) -> Auth:
        audience = f"{self.settings.token_url}/token"
        return Fetched(
            lambda: sign_in.token(self._at(self.settings.token_url), self.name, self.settings.service_account, audience)
        )

    def erase(self, who: Identifiers, *, key: str) -> Outcome:
        """One deletion request for each identifier; the vendor keeps no key, and a repeated request is harmless.

        Done means that Google took the requests: there is no call that tells more, and the answer says so.
        """
        times = []
        kinds: dict[str, int] = {}
        for kind, value in subjects(who, identified=self.settings.identified):
            path = f"{self._property}:submitUserDeletion"
            reply = self.api.call("request a deletion", "POST", path, json={kind: value})
            times.append(reply.need("deletionRequestTime", str))
            kinds[kind] = kinds.get(kind, 0) + 1
        if not times:
            return Done({"requests": 0})
        evidence = {"requests": len(times), "by": kinds, "requested_at": max(times), "confirmed_by_vendor": False}
        return Done(evidence, remains=(UNCONFIRMED, AGGREGATED))

    def deliver(self, outgoing: Outgoing, *, key: str) -> Outcome:
        """An event of the record's client id, with the key as its transaction_id."""
        stream = self._stream()
        body = event_of(self.name, self.to_fields(outgoing.values), event=self.settings.event, key=key)
        Collector(self.name, self._at(self.settings.collect_url), stream).send(body)
        return Done(
            {"id": transaction(key), "confirmed_by_vendor": False, "fields": sorted(body["events"][0]["params"])}
        )

    def oldest(self) -> Outcome:
        """Analytics deletes by its retention setting: which it is, read now."""
        reply = self.api.call("read the retention", "GET", f"{self._property}/dataRetentionSettings")
        events, users = reply.need("eventDataRetention", str), reply.need("userDataRetention", str)
        renewed = " and begins anew with each visit" if reply.body.get("resetUserDataOnNewActivity") else ""
        return Expires(
            f"{_months(events)} after each event; data of a user {_months(users)} after it{renewed}",
            f"eventDataRetention {events}, userDataRetention {users} of property {self.settings.property}",
        )

    def test(self) -> Done:
        """Signs in and reads the name of the property."""
        reply = self.api.call("read the property", "GET", self._property)
        return Done({"account": reply.need("displayName", str)})

    @property
    def _property(self) -> str:
        return f"/v1alpha/properties/{self.settings.property}"

    def _stream(self) -> dict[str, str]:
        if not self.settings.measurement_id or not self.settings.api_secret:
            raise SystemProblem(
                f"{self.name}: set measurement_id and api_secret of the stream that events go to",
                consequence="fix settings",
            )
        return {"measurement_id": self.settings.measurement_id, "api_secret": self.settings.api_secret.reveal()}

    def _at(self, address: str) -> Api:
        """Another of Google's addresses, called without the token; kept, since each has its own limits."""
        if address not in self._apis:
            self._apis[address] = Api(self.name, self.settings.model_copy(update={"url": address}), NoAuth())
        return self._apis[address]


def _months(duration: str) -> str:
    """`FOURTEEN_MONTHS` as words; an unknown value is told as it is."""
    return duration.lower().replace("_", " ")
