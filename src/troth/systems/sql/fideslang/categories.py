"""fideslang data categories → data items: pure. A dotted category covers everything below it."""

from dataclasses import dataclass
from functools import cache
from itertools import takewhile

_ITEMS = """
user                            personal-data
user.account                    account
user.account.settings           account-settings
user.account.username           user-name
user.authorization              credentials
user.authorization.biometric    biometric-credentials
user.authorization.credentials  password
user.authorization.password     password
user.behavior                   usage-pattern
user.behavior.browsing_history  browsing-history
user.behavior.media_consumption media-consumption
user.behavior.purchase_history  purchase-history
user.behavior.search_history    search-history
user.biometric                  biometric-data
user.biometric.fingerprint      fingerprint
user.biometric.health           biometric-health-data
user.biometric.retinal          retina-scan
user.biometric.voice            voice-recording
user.childrens                  childrens-data
user.contact                    contact-data
user.contact.address            address
user.contact.address.city       city
user.contact.address.country    country
user.contact.address.postal_code postal-code
user.contact.address.state      region
user.contact.address.street     street
user.contact.email              email
user.contact.fax_number         fax-number
user.contact.organization       company
user.contact.phone_number       phone
user.contact.url                profile-link
user.content                    content
user.content.private            message
user.content.public             public-content
user.content.self_image         picture
user.criminal_history           criminal-history
user.demographic                demographic-data
user.demographic.age_range      age-range
user.demographic.date_of_birth  date-of-birth
user.demographic.gender         gender
user.demographic.language       language
user.demographic.marital_status marital-status
user.demographic.political_opinion political-opinion
user.demographic.profile        profile
user.demographic.race_ethnicity ethnicity
user.demographic.religious_belief religion
user.demographic.sexual_orientation sexual-orientation
user.device                     device-data
user.device.cookie              cookies
user.device.cookie_id           cookies
user.device.device_id           device-id
user.device.ip_address          ip-address
user.financial                  financial-data
user.financial.bank_account     bank-account
user.financial.credit_card      payment-card
user.government_id              government-id
user.government_id.birth_certificate birth-certificate
user.government_id.drivers_license_number driving-licence
user.government_id.immigration  immigration-id
user.government_id.national_identification_number national-id
user.government_id.passport_number passport-number
user.government_id.vehicle_registration vehicle-registration
user.health_and_medical         health-data
user.health_and_medical.genetic genetic-data
user.health_and_medical.insurance_beneficiary_id insurance-id
user.health_and_medical.record_id medical-record-id
user.job_title                  job-title
user.location                   location
user.location.imprecise         location
user.location.precise           precise-location
user.name                       full-name
user.name.first                 first-name
user.name.last                  last-name
user.payment                    payment-data
user.privacy_preferences        privacy-preferences
user.sensor                     sensor-data
user.social                     social-handle
user.telemetry                  telemetry
user.unique_id                  user-id
user.unique_id.pseudonymous     user-id
user.user_sensor                sensor-data
user.workplace                  workplace
"""
_SYSTEM = frozenset({"system", "system.authentication", "system.operations"})
_NUMBERS = frozenset({"user-id"})
"""Items that only number a person: where such a column ties rows together, the number alone says nothing."""


@dataclass(frozen=True)
class Meaning:
    """What categories say together: the item, or None where nothing personal is among them. `said`: what to tell."""

    item: str | None
    said: tuple[str, ...] = ()

    @property
    def only_numbers(self) -> bool:
        return self.item in _NUMBERS


def covers(category: str, other: str) -> bool:
    """Whether `category` is `other` or one of its parents."""
    return other == category or other.startswith(f"{category}.")


def meaning(categories: tuple[str, ...]) -> Meaning:
    """The item of the first personal category; the others are told, and so is every category nobody knows."""
    personal = [one for one in dict.fromkeys(categories) if not covers("system", one)]
    said = [f"`{one}` is no category we know; taken as `{_item(one)}`" for one in personal if one not in _items()]
    said += [f"`{one}` is no category we know; taken as `system`" for one in categories if _unknown_system(one)]
    items = list(dict.fromkeys(map(_item, personal)))
    if len(items) > 1:
        also = ", ".join(f"`{item}`" for item in items[1:])
        said.append(f"a column names one item: `{items[0]}` is taken, {also} left out")
    return Meaning(items[0] if items else None, tuple(said))


def common(categories: tuple[str, ...]) -> tuple[str, ...]:
    """The nearest category that covers all the personal ones: for a document that is treated as a whole."""
    personal = [one.split(".") for one in dict.fromkeys(categories) if not covers("system", one)]
    if not personal:
        return categories
    together = takewhile(lambda level: len(set(level)) == 1, zip(*personal, strict=False))
    shared = [level[0] for level in together]
    return (".".join(shared) or "user",)


@cache
def _items() -> dict[str, str]:
    return dict(line.split() for line in _ITEMS.strip().splitlines())


def _unknown_system(category: str) -> bool:
    return covers("system", category) and category not in _SYSTEM


def _item(category: str) -> str:
    known = _items()
    parts = category.split(".")
    ends = [".".join(["user", *parts[start:]]) for start in range(1, len(parts))]  # user.provided.….contact.email
    parents = [".".join(parts[:end]) for end in range(len(parts) - 1, 1, -1)]
    for one in (category, *ends, *parents):
        if one in known:
            return known[one]
    return "-".join(parts[1:] if parts[0] == "user" and len(parts) > 1 else parts).replace("_", "-").lower()
