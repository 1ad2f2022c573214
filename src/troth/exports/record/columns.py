"""Column sets: our own by the letters of Art. 30, and those of the CNIL's and the ICO's public templates.

Headings of the templates are theirs, in their language, so that a record can be pasted into them; what a policy
cannot know (when an activity began, a link to a document elsewhere) is left empty and not made up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from troth.exports.record import cells, who
from troth.exports.record.speech import say
from troth.exports.record.values import Activity, Form, Record

ColumnSet = Literal["art30", "cnil", "ico"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, and what a cell of it says."""

    heading: str
    width: int
    cell: Callable[[Record, Activity], str]


def _id(_: Record, act: Activity) -> str:
    return act.id


def _effective(record: Record, _: Activity) -> str:
    return cells.day(record, record.effective)


def _empty(_: Record, __: Activity) -> str:
    return ""


_RESPONSIBLE = (
    Column("Controller (Art. 30(1)(a))", 30, who.controller),
    Column("Joint controllers (Art. 30(1)(a))", 20, who.joint),
    Column("Representative (Art. 30(1)(a))", 24, who.representative),
    Column("Data protection officer (Art. 30(1)(a))", 24, who.officer),
)
_ART30 = (
    Column("Reference", 26, _id),
    Column("Processing activity", 36, cells.name),
    Column("Purposes (Art. 30(1)(b))", 40, cells.purposes),
    Column("Legal bases (Art. 6)", 40, cells.bases),
    Column("Legitimate interest", 26, cells.interests),
    Column("Balancing test", 30, cells.balancing),
    Column("Categories of persons (Art. 30(1)(c))", 28, cells.persons),
    Column("Categories of personal data (Art. 30(1)(c))", 40, cells.data),
    Column("Special categories (Art. 9)", 22, cells.special_with_grounds),
    Column("Source of the data", 24, cells.source),
    Column("Recipients (Art. 30(1)(d))", 40, who.recipients),
    Column("Other disclosures (Art. 30(1)(d))", 44, who.disclosures),
    Column("Third countries and safeguards (Art. 30(1)(e))", 50, who.safeguards),
    Column("Time limits for erasure (Art. 30(1)(f))", 44, cells.retention),
    Column("Security measures (Art. 30(1)(g))", 50, cells.measures),
    Column("If the data is not given", 32, cells.without),
    Column("Area", 30, cells.area),
    *_RESPONSIBLE,
    Column("Assumptions it rests on", 30, cells.assumptions),
)
_ART30_PROCESSOR = (
    Column("Reference", 26, _id),
    Column("Processor (Art. 30(2)(a))", 30, who.controller),
    Column("Controllers on whose behalf we act (Art. 30(2)(a))", 36, who.on_behalf_of),
    Column("Representative (Art. 30(2)(a))", 24, who.representative),
    Column("Data protection officer (Art. 30(2)(a))", 24, who.officer),
    Column("Categories of processing (Art. 30(2)(b))", 44, cells.purposes),
    Column("Where it happens", 36, cells.name),
    Column("Categories of personal data", 40, cells.data),
    Column("Further processors", 40, who.recipients),
    Column("Third countries and safeguards (Art. 30(2)(c))", 50, who.safeguards),
    Column("Security measures (Art. 30(2)(d))", 50, cells.measures),
    Column("Time limits for erasure", 44, cells.retention),
    Column("Assumptions it rests on", 30, cells.assumptions),
)
_CNIL = (
    Column("N° / REF", 26, _id),
    Column("Nom / sigle", 36, cells.name),
    Column("Date de création", 14, _empty),
    Column("Mise à jour", 14, _effective),
    Column("Responsable du traitement", 30, who.controller),
    Column("Délégué à la protection des données", 24, who.officer),
    Column("Représentant", 24, who.representative),
    Column("Responsable(s) conjoint(s)", 20, who.joint),
    Column("Finalité principale", 36, cells.main_purpose),
    Column("Sous-finalités", 36, cells.further_purposes),
    Column("Base légale", 40, cells.bases),
    Column("Catégories de personnes concernées", 28, cells.persons),
    Column("Catégories de données personnelles concernées", 40, cells.ordinary),
    Column("Données sensibles", 22, cells.special_with_grounds),
    Column("Délai d'effacement", 44, cells.retention),
    Column("Destinataires", 44, who.all_recipients),
    Column("Type de destinataire", 30, who.kinds_of_recipient),
    Column("Transferts hors UE : pays", 24, who.countries),
    Column("Transferts hors UE : type de garanties", 50, who.safeguards),
    Column("Mesures de sécurité techniques et organisationnelles", 50, cells.measures),
)
_CNIL_PROCESSOR = (
    Column("N° / REF", 26, _id),
    Column("Sous-traitant", 30, who.controller),
    Column("Client (responsable du traitement)", 36, who.on_behalf_of),
    Column("Délégué à la protection des données", 24, who.officer),
    Column("Représentant", 24, who.representative),
    Column("Catégories de traitements effectués pour le compte du client", 44, cells.purposes),
    Column("Sous-traitants ultérieurs", 40, who.recipients),
    Column("Transferts hors UE : pays", 24, who.countries),
    Column("Transferts hors UE : type de garanties", 50, who.safeguards),
    Column("Mesures de sécurité techniques et organisationnelles", 50, cells.measures),
)
_ICO_ABROAD = (
    Column(
        "Names of third countries or international organisations that personal data are transferred to (if applicable)",
        28,
        who.countries,
    ),
    Column(
        "Safeguards for exceptional transfers of personal data to third countries or international organisations"
        " (if applicable)",
        50,
        who.safeguards,
    ),
)
_ICO_SECURITY = Column(
    "General description of technical and organisational security measures (if possible)", 50, cells.measures
)
_ICO = (
    Column("Business function", 30, cells.area),
    Column("Purpose of processing", 40, cells.purposes),
    Column("Name and contact details of joint controller (if applicable)", 24, who.joint),
    Column("Categories of individuals", 28, cells.persons),
    Column("Categories of personal data", 40, cells.data),
    Column("Categories of recipients", 44, who.all_recipients),
    Column("Link to contract with processor", 26, who.contracts),
    *_ICO_ABROAD,
    Column("Retention schedule (if possible)", 44, cells.retention),
    _ICO_SECURITY,
    Column("Article 6 lawful basis for processing personal data", 40, cells.bases),
    Column("Article 9 basis for processing special category data", 24, cells.special_grounds),
    Column("Legitimate interests for the processing (if applicable)", 28, cells.interests),
    Column("Link to record of legitimate interests assessment (if applicable)", 30, cells.balancing),
    Column("Rights available to individuals", 40, cells.rights),
    Column("Existence of automated decision-making, including profiling (if applicable)", 28, cells.automated),
    Column("The source of the personal data (if applicable)", 26, cells.source),
    Column("Link to record of consent", 26, cells.consent_record),
    Column("Location of personal data", 30, cells.location),
    Column("Data Protection Impact Assessment required?", 18, _empty),
    Column("Link to Data Protection Impact Assessment", 18, _empty),
    Column("Reference", 26, _id),
)
_ICO_PROCESSOR = (
    Column("Name and contact details of controller", 36, who.on_behalf_of),
    Column("Name and contact details of processor", 30, who.controller),
    Column("Representative (if applicable)", 24, who.representative),
    Column("Data Protection Officer (if applicable)", 24, who.officer),
    Column("Categories of processing", 44, cells.purposes),
    *_ICO_ABROAD,
    _ICO_SECURITY,
    Column("Reference", 26, _id),
)
_SETS: Mapping[tuple[Form, ColumnSet], tuple[Column, ...]] = {
    ("controller", "art30"): _ART30,
    ("processor", "art30"): _ART30_PROCESSOR,
    ("controller", "cnil"): _CNIL,
    ("processor", "cnil"): _CNIL_PROCESSOR,
    ("controller", "ico"): _ICO,
    ("processor", "ico"): _ICO_PROCESSOR,
}


def columns(form: Form, which: ColumnSet = "art30") -> tuple[Column, ...]:
    """The columns of a set, left to right."""
    return _SETS[form, which]


def table(record: Record, which: ColumnSet = "art30") -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Headings, and a row of texts for each activity. Those of `cnil` and `ico` stay as the templates have them."""
    chosen = columns(record.form, which)
    rows = tuple(tuple(column.cell(record, act) for column in chosen) for act in record.activities)
    return tuple(say(record, c.heading) for c in chosen), rows
