"""The supervisory authority people of a country may complain to (GDPR Art. 51, 77; UK DPA 2018 s. 114; FADP Art. 43).

Names as the authorities give them in English, or in their own language where they give none. Germany has one for each
Land; the list of them is what can be named without knowing where a company is.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Authority:
    name: str
    url: str


AUTHORITIES: Mapping[str, Authority] = {
    "AT": Authority("Österreichische Datenschutzbehörde", "https://www.dsb.gv.at/"),
    "BE": Authority("Belgian Data Protection Authority", "https://www.dataprotectionauthority.be/"),
    "BG": Authority("Commission for Personal Data Protection", "https://www.cpdp.bg/"),
    "CH": Authority("Federal Data Protection and Information Commissioner", "https://www.edoeb.admin.ch/"),
    "CY": Authority("Commissioner for Personal Data Protection", "https://www.dataprotection.gov.cy/"),
    "CZ": Authority("Office for Personal Data Protection", "https://www.uoou.gov.cz/"),
    "DE": Authority(
        "The data protection authority of the Land we are in",
        "https://www.bfdi.bund.de/DE/Service/Anschriften/Laender/Laender-node.html",
    ),
    "DK": Authority("Datatilsynet", "https://www.datatilsynet.dk/"),
    "EE": Authority("Estonian Data Protection Inspectorate", "https://www.aki.ee/"),
    "ES": Authority("Agencia Española de Protección de Datos", "https://www.aepd.es/"),
    "FI": Authority("Office of the Data Protection Ombudsman", "https://tietosuoja.fi/"),
    "FR": Authority("Commission Nationale de l'Informatique et des Libertés", "https://www.cnil.fr/"),
    "GB": Authority("Information Commissioner's Office", "https://ico.org.uk/"),
    "GR": Authority("Hellenic Data Protection Authority", "https://www.dpa.gr/"),
    "HR": Authority("Croatian Personal Data Protection Agency", "https://azop.hr/"),
    "HU": Authority(
        "Hungarian National Authority for Data Protection and Freedom of Information", "https://www.naih.hu/"
    ),
    "IE": Authority("Data Protection Commission", "https://www.dataprotection.ie/"),
    "IS": Authority("Persónuvernd", "https://www.personuvernd.is/"),
    "IT": Authority("Garante per la protezione dei dati personali", "https://www.garanteprivacy.it/"),
    "LI": Authority("Datenschutzstelle Fürstentum Liechtenstein", "https://www.datenschutzstelle.li/"),
    "LT": Authority("State Data Protection Inspectorate", "https://vdai.lrv.lt/"),
    "LU": Authority("Commission Nationale pour la Protection des Données", "https://cnpd.public.lu/"),
    "LV": Authority("Data State Inspectorate", "https://www.dvi.gov.lv/"),
    "MT": Authority("Office of the Information and Data Protection Commissioner", "https://idpc.org.mt/"),
    "NL": Authority("Autoriteit Persoonsgegevens", "https://autoriteitpersoonsgegevens.nl/"),
    "NO": Authority("Datatilsynet", "https://www.datatilsynet.no/"),
    "PL": Authority("Urząd Ochrony Danych Osobowych", "https://uodo.gov.pl/"),
    "PT": Authority("Comissão Nacional de Proteção de Dados", "https://www.cnpd.pt/"),
    "RO": Authority("National Supervisory Authority for Personal Data Processing", "https://www.dataprotection.ro/"),
    "SE": Authority("Integritetsskyddsmyndigheten", "https://www.imy.se/"),
    "SI": Authority("Information Commissioner of the Republic of Slovenia", "https://www.ip-rs.si/"),
    "SK": Authority("Office for Personal Data Protection of the Slovak Republic", "https://dataprotection.gov.sk/"),
}


def authority(country: str) -> Authority | None:
    """That of a country (ISO 3166-1 alpha-2); None where we know of none."""
    return AUTHORITIES.get(country)
