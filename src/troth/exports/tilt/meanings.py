"""What free words of a document mean in the policy language: legal bases, periods, countries, kinds of data."""

import re
from collections.abc import Iterator
from functools import cache

from troth.policy.languages.catalogue import BUILT_IN, part

_LETTERS = {
    "a": "consent",
    "b": "contract",
    "c": "legal obligation",
    "d": "vital interest",
    "e": "public interest",
    "f": "legitimate interest",
}
_SIXTH = re.compile(
    r"(?:gdpr|dsgvo|art\.?|article|artikel)?[\s-]*\b6\b[\s-]*(?:abs\.?|absatz|para(?:graph)?\.?)?[\s(-]*1\b"
    r"[\s),-]*(?:s(?:atz|\.)?\s*1|uabs\.?\s*1)?[\s(,-]*(?:lit\.?|buchst\.?|buchstabe|letter)?[\s(-]*([a-f])\b",
    re.IGNORECASE,
)
_CLAIMS = re.compile(r"\b9\b[\s-]*(?:abs\.?)?[\s(-]*2[\s),-]*(?:lit\.?)?[\s(-]*f\b", re.IGNORECASE)
_WORDS = (
    ("pre-contract", r"vorvertraglich|pre-?contract|steps (?:before|prior to)|vertragsanbahnung"),
    ("contract", r"(?<!vor)vertrag(?!sanbahnung)|\bcontract"),
    ("consent", r"einwilligung|\bconsent"),
    ("legal obligation", r"rechtliche[nr]? verpflichtung|gesetzliche[nr]? (?:verpflichtung|pflicht)|legal obligation"),
    ("vital interest", r"lebenswichtige[sn]? interesse|vital interest"),
    ("public interest", r"öffentliche[snm]? interesse|public interest|öffentlicher gewalt|official authority"),
    ("legitimate interest", r"berechtigte[sn]? interesse|legitimate interest"),
)


def bases(reference: str | None, description: str | None) -> list[str]:
    """The bases of the policy language that a TILT legal basis names; empty if it names none.

    An article decides; where none is given, the words do.
    """
    words = " ".join(part for part in (reference, description) if part)
    cited = [_LETTERS[letter.lower()] for letter in _SIXTH.findall(reference or words)]
    cited += ["legal claims"] if _CLAIMS.search(reference or words) else []
    if not cited and reference:
        cited = [_LETTERS[letter.lower()] for letter in _SIXTH.findall(description or "")]
    found = cited or [basis for basis, pattern in _WORDS if re.search(pattern, words, re.IGNORECASE)]
    if cited == ["contract"] and _only_before(description):
        found = ["pre-contract"]
    return list(dict.fromkeys(found))


def _only_before(description: str | None) -> bool:
    said = (description or "").lower()
    before = re.search(_WORDS[0][1], said)
    return bool(before) and not re.search(r"erfüllung|durchführung (?:eines|des) vertrag|performance", said)


_UNITS = {
    "Y": r"jahr|year|yr",
    "M": r"monat|month",
    "W": r"woche|week",
    "D": r"tag|day",
    "H": r"stunde|hour",
}
_NUMBER_WORDS = (
    "ein eine einem einer einen one a",
    "zwei two",
    "drei three",
    "vier four",
    "fünf five",
    "sechs six",
    "sieben seven",
    "acht eight",
    "neun nine",
    "zehn ten",
    "elf eleven",
    "zwölf twelve",
)
_NUMBERS = {word: size for size, words in enumerate(_NUMBER_WORDS, start=1) for word in words.split()}
_PERIOD = re.compile(r"P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?")
_FROM = re.compile(r"^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?/?(?=P)")
"""The moment some documents put before a duration: `2020-08-09T18:31:42P3Y`."""

_SPAN = re.compile(rf"(\d{{1,4}}|\b(?:{'|'.join(_NUMBERS)})\b)[\s-]+({'|'.join(_UNITS.values())})", re.IGNORECASE)


def period(said: str) -> str | None:
    """An ISO 8601 duration, given as one or in words (`14 days`, `sieben Tagen`). None if there is no single one."""
    length = _FROM.sub("", said.strip().upper())
    if _PERIOD.fullmatch(length):
        return length
    spans = {_iso(number, unit) for number, unit in _SPAN.findall(said)}
    return spans.pop() if len(spans) == 1 else None


def _iso(number: str, unit: str) -> str:
    size = int(number) if number.isdigit() else _NUMBERS[number.lower()]
    letter = next(key for key, pattern in _UNITS.items() if re.fullmatch(pattern, unit, re.IGNORECASE))
    return f"PT{size}H" if letter == "H" else f"P{size}{letter}"


_ALIASES = {
    "uk": "GB",
    "u.k.": "GB",
    "england": "GB",
    "usa": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "vereinigte staaten von amerika": "US",
    "holland": "NL",
    "tschechien": "CZ",
    "czechia": "CZ",
    "south korea": "KR",
    "südkorea": "KR",
    "russland": "RU",
    "russia": "RU",
}


@cache
def _names() -> dict[str, str]:
    named = {name.lower(): key.partition(".")[2] for lang in BUILT_IN for key, name in part(lang, "countries").items()}
    return named | _ALIASES


@cache
def codes() -> frozenset[str]:
    """The codes of ISO 3166-1 alpha-2."""
    return frozenset(_names().values())


def country(said: str) -> str | None:
    """The country a text names, by its code (in any case) or its name in English or German."""
    plain = said.strip()
    if len(plain) == 2 and plain.upper() in codes():
        return plain.upper()
    return _names().get(plain.lower())


_SPECIAL = (
    ("pd:Health", r"gesundheit|health|medizin|medical|krankheit|allerg"),
    ("pd:Religion", r"religi|konfession"),
    ("pd:TradeUnionMembership", r"gewerkschaft|trade union"),
    ("pd:PoliticalOpinion", r"politische meinung|political opinion"),
    ("pd:Sexual", r"sexuell|sexual|sex life"),
    ("pd:Biometric", r"biometri"),
    ("pd:Genetic", r"\bgeneti"),
    ("pd:EthnicOrigin", r"ethni"),
)
"""Special categories (GDPR Art. 9)."""

_DATA_TERMS = (
    *_SPECIAL,
    ("pd:EmailAddress", r"e-?mail"),
    ("pd:IPAddress", r"\bip\b|ip-adress|ip address"),
    ("pd:TelephoneNumber", r"telefon|phone|mobil(?:e|funk)? ?(?:number|nummer)"),
    ("pd:BirthDate", r"geburtsdatum|date of birth|birth ?date"),
    ("pd:Password", r"passwor|kennwort"),
    ("pd:PaymentCard", r"kreditkart|credit card|zahlungsdaten|payment"),
    ("pd:BankAccount", r"bankverbindung|iban|bank account|kontodaten"),
    ("pd:Location", r"standort|location|gps"),
    ("pd:PhysicalAddress", r"anschrift|\badress|address"),
    ("pd:Name", r"\bnamen?\b|vorname|nachname|\bnames?\b"),
    ("pd:Gender", r"geschlecht|gender|anrede"),
    ("pd:DeviceBased", r"cookie|gerät|device"),
    ("pd:BrowsingBehaviour", r"nutzungsdaten|browser|besuch|usage|website|webseite"),
    ("pd:Contact", r"kontakt|contact"),
)
_PURPOSE_TERMS = (
    ("dpv:DirectMarketing", r"newsletter|werb|direct marketing|direktmarketing|marketing|advertis"),
    ("dpv:FraudPreventionAndDetection", r"betrug|fraud"),
    ("dpv:EnforceSecurity", r"sicherheit|security|spam|missbrauch|abuse"),
    ("dpv:LegalCompliance", r"rechtliche|gesetzliche|legal obligation|compliance"),
    ("dpv:RecruitmentApplicationManagement", r"bewerb|applica(?:nt|tion for a job)|recruit"),
    ("dpv:ServiceUsageAnalytics", r"statistik|analy[st]|auswert|analytics"),
    ("dpv:PaymentManagement", r"zahlung|payment|abrechnung|billing"),
    ("dpv:CommunicationForCustomerCare", r"anfrage|kontakt|enquir|inquir|support|contact form"),
    ("dpv:FulfilmentOfContractualObligation", r"vertrag|bestellung|contract|order"),
    ("dpv:Personalisation", r"personali[sz]|personalisier"),
    ("dpv:ServiceProvision", r"bereitstellung|provi(?:de|sion)|betrieb"),
)


def data_term(label: str) -> str:
    """The DPV term a category of data seems to be; the most general one where its words do not tell."""
    return next(_matching(_DATA_TERMS, label), "dpv:PersonalData")


def special(term: str) -> bool:
    """True if a term that `data_term` gave is of a special category."""
    return any(term == known for known, _ in _SPECIAL)


def purpose_term(label: str) -> str:
    """The DPV term a purpose seems to be; the most general one where its words do not tell."""
    return next(_matching(_PURPOSE_TERMS, label), "dpv:Purpose")


def _matching(table: tuple[tuple[str, str], ...], label: str) -> Iterator[str]:
    return (term for term, pattern in table if re.search(pattern, label, re.IGNORECASE))


def channel(label: str) -> str:
    """The way data seems to come in: cookies, logs, else a form."""
    if re.search(r"cookie|pixel", label, re.IGNORECASE):
        return "cookies"
    return "logs" if re.search(r"\blog|protokoll|server", label, re.IGNORECASE) else "form"


_LIKELY = (
    (("consent",), r"newsletter|werb|marketing|advertis"),
    (("contract", "pre-contract"), r"vertr[aä]g|bestell|kauf|buchung|konto|liefer|contract|order|account|purchase"),
    (("legal obligation",), r"gesetz|rechtlich|steuer|legal|tax"),
    (("legitimate interest",), r"sicher|betrug|missbrauch|statistik|analy|verbesser|secur|fraud|abuse|improv"),
)


def likely(label: str, among: list[str]) -> str:
    """The basis a purpose most likely relies on, by its words; the first of them where these do not tell."""
    for bases_of, pattern in _LIKELY:
        fits = [basis for basis in bases_of if basis in among]
        if fits and re.search(pattern, label, re.IGNORECASE):
            return fits[0]
    return among[0]
