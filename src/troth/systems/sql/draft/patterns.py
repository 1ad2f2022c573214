"""What names of columns and tables say about their content, in English and German: a table of patterns. Pure.

Each line: item, how sure the name alone makes us (0 to 1), families of types it can be in, words. Words are matched
against the whole name or a part of it between underscores; `a_b` matches those two words in a row.
"""

import re
from dataclasses import dataclass
from functools import cache

_TABLE = """
email            0.85 text            email mail e_mail emails mail_address mailaddress emailaddress mailadresse emailadresse
phone            0.8  text,whole      phone telephone tel telefon telefonnummer mobile mobil mobilnummer handy handynummer cell cellphone phone_number phonenumber msisdn
fax-number       0.8  text,whole      fax faxnummer fax_number
first-name       0.85 text            first_name firstname given_name givenname forename vorname fname
last-name        0.85 text            last_name lastname surname family_name familyname nachname familienname zuname lname
full-name        0.85 text            full_name fullname display_name displayname contact_name real_name person_name ansprechpartner cardholder card_holder kontoinhaber account_holder recipient_name empfaenger
user-name        0.75 text            username user_name login_name loginname benutzername nickname nick screen_name
password         0.85 text,binary     password passwd pwd passwort kennwort password_hash pin_hash secret_answer
date-of-birth    0.9  date,time,text  birth_date birthdate date_of_birth dob birthday geburtsdatum geburtstag geb_datum born
gender           0.8  text,enum,whole gender sex geschlecht anrede salutation
street           0.75 text,whole      street street_address strasse straße str hausnummer hausnr house house_number house_no address_line address1 address2 address_line1 address_line2 line1 line2
address          0.7  text,json       address adresse anschrift lieferadresse rechnungsadresse wohnsitz
city             0.6  text            city town ort stadt wohnort
postal-code      0.75 text,whole      zip zipcode zip_code postal_code postcode plz postleitzahl
region           0.5  text            region province bundesland county kanton
country          0.5  text,enum       country country_code land nation nationality staatsangehoerigkeit
ip-address       0.85 text,other      ip ip_address ipaddress ip_addr remote_addr client_ip last_ip ipv4 ipv6
device-id        0.75 text,uuid       device_id deviceid device_token push_token advertising_id idfa gaid fingerprint mac_address cookie_id client_id visitor_id
cookies          0.6  text            cookie cookies session_token session_key
user-agent       0.75 text            user_agent useragent browser
payment-card     0.9  text,whole      card_number cardnumber ccn cc_number credit_card creditcard kreditkarte kartennummer pan cvv cvc
bank-account     0.9  text,whole      iban bic swift bank_account account_number kontonummer kontonr blz routing_number sort_code
national-id      0.9  text,whole      ssn social_security sozialversicherungsnummer svnr steuernummer steuer_id tax_id taxid vat_id national_id personalausweis ausweisnummer nino
passport-number  0.9  text            passport passport_number passport_no reisepass passnummer
driving-licence  0.85 text            driving_licence driving_license drivers_license license_number fuehrerschein
health-data      0.85 text,whole,json diagnosis diagnose blood_type blutgruppe allergies allergien medication medikament krankenkasse insurance_number versichertennummer disability
religion         0.85 text,enum       religion religious_belief konfession
ethnicity        0.85 text,enum       ethnicity race
marital-status   0.85 text,enum       marital_status familienstand
company          0.5  text            company company_name firma firmenname employer arbeitgeber organisation organization
job-title        0.7  text            job_title jobtitle job position beruf berufsbezeichnung occupation
precise-location 0.75 number,text,other latitude longitude lat lng lon geo geolocation gps coordinates
picture          0.7  text,binary     avatar photo picture selfie profile_image profilbild foto
profile-link     0.55 text            website homepage linkedin twitter facebook instagram profile_url social_url
social-handle    0.7  text            twitter_handle social_handle handle
salary           0.8  number,whole    salary gehalt wage lohn income einkommen
message          0.5  text,json       message messages nachricht comment comments kommentar note notes notiz notizen bemerkung bemerkungen feedback remarks body biography bio about_me reason
description      0.15 text            description beschreibung text content inhalt subject betreff title
language         0.3  text,enum       language sprache locale preferred_language
user-id          0.5  text,whole,uuid user_id userid customer_id customer_number customer_no kundennummer kunden_nr kundennr kunden_id account_id member_id mitgliedsnummer employee_id personalnummer external_id benutzer_id person_id
"""  # noqa: E501 a table
_TIMES = (
    "created_at created created_on creation_date createdat erstellt erstellt_am angelegt angelegt_am inserted_at "
    "recorded_at registered_at signup_at opened opened_at placed_at ordered_at order_date sent_at received_at "
    "logged_at occurred_at timestamp time date datum zeitpunkt ts at started_at last_visit visited_at"
)
_LATER = frozenset({"updated", "modified", "changed", "deleted", "expires", "last", "ended", "closed", "geaendert"})
"""Words of times that are not when the row was recorded."""
_WORKERS = frozenset({"assignee", "reviewer", "approver", "agent", "clerk", "handler", "operator", "bearbeiter"})
_PEOPLE = (
    "user users customer customers client clients person persons people member members contact contacts employee "
    "employees staff patient patients student students subscriber subscribers applicant applicants candidate "
    "candidates lead leads guest guests author authors profile profiles kunde kunden nutzer benutzer mitarbeiter "
    "mitglied mitglieder kontakt kontakte patienten bewerber teilnehmer ansprechpartner person personen interessent "
    "interessenten account accounts konto konten visitor visitors"
)
_STAFF = (
    "employee employees staff agent agents admin admins operator operators clerk clerks mitarbeiter sachbearbeiter "
    "bearbeiter personal"
)
_OWNED = "card cards address addresses adresse adressen anschrift payment payments invoice invoices rechnung rechnungen"


@dataclass(frozen=True)
class Pattern:
    """One line of the table."""

    item: str
    sure: float
    families: frozenset[str]
    words: frozenset[str]


def words(name: str) -> tuple[str, ...]:
    """The words of a name: `custEmailAddr`, `CUST_EMAIL-ADDR` → cust, email, addr."""
    apart = re.sub(r"(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])|(?<=[A-ZÄÖÜ])(?=[A-ZÄÖÜ][a-zäöüß])", "_", name)
    return tuple(part for part in re.split(r"[^0-9a-zäöüß]+", apart.lower()) if part)


def by_name(column: str, family: str) -> Pattern | None:
    """The best line for a column's name, among those its type allows."""
    parts = _runs(words(column))
    fitting = [one for one in _patterns() if family in one.families and one.words & parts.keys()]
    return max(fitting, key=lambda one: (max(parts[w] for w in one.words & parts.keys()), one.sure), default=None)


def is_time(column: str) -> int | None:
    """How good a name is for the time a row was recorded: the smaller the better; None for other names."""
    parts, ranked = words(column), _TIMES.split()
    if "_".join(parts) in ranked:
        return ranked.index("_".join(parts))
    other = len(parts) > 1 and parts[-1] in ("at", "on", "am") and not _LATER & set(parts)
    return len(ranked) if other else None


def names_a_worker(column: str) -> bool:
    """Whether the column says who worked on a row, not whose it is: `approved_by`, `assignee_id`."""
    parts = words(column)
    return "by" in parts[1:] or bool(_WORKERS & set(parts))


def names_people(table: str) -> bool:
    """Whether rows of the table are people, by its name."""
    return bool(words(table)) and words(table)[-1] in _PEOPLE.split()


def names_staff(table: str) -> bool:
    """Whether rows of the table are people who work there."""
    return bool(words(table)) and words(table)[-1] in _STAFF.split()


def names_belongings(table: str) -> bool:
    """Whether rows of the table are things that bear a person's name."""
    return bool(words(table)) and words(table)[-1] in _OWNED.split()


def _runs(parts: tuple[str, ...]) -> dict[str, int]:
    """Every run of words → how many words it has."""
    spans = [(i, j) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)]
    return {"_".join(parts[i:j]): j - i for i, j in spans}


@cache
def _patterns() -> tuple[Pattern, ...]:
    lines = [line.split() for line in _TABLE.strip().splitlines()]
    return tuple(
        Pattern(item, float(sure), frozenset(families.split(",")), frozenset(spelled))
        for item, sure, families, *spelled in lines
    )
