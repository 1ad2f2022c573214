"""The catalogue of data: each item is what it says it is."""

from collections.abc import Iterator
from datetime import date

from troth.policy.checks.looks import dpv, kind, listed
from troth.policy.checks.registry import EUROPE, Finding, check, rows
from troth.policy.model import Item, Policy

FORMS = {"secret": "password", "file": "file"}
"""Kinds that have a format of their own."""

_SPECIAL = """
BloodType Disability DNACode DrugTestResult EthnicOrigin FamilyHealthHistory Fetish Genetic Health HealthHistory
HealthRecord IndividualHealthHistory MedicalHealth MentalHealth PhilosophicalBelief PhysicalHealth PoliticalAffiliation
PoliticalOpinion Prescription Race Religion ReligiousBelief Sexual SexualHistory SexualPreference TradeUnionMembership
"""
SPECIAL = frozenset(f"pd:{term}" for term in _SPECIAL.split()) | {
    "eu-gdpr:BiometricData",
    "eu-gdpr:GeneticData",
    "eu-gdpr:HealthData",
    "dpv:SpecialCategoryPersonalData",
}
"""Terms that are special categories whatever they are used for."""

MADE = frozenset({"observed", "derived", "recording"})
"""Kinds that nobody fills in."""


@check("T-0326", "warning", "two items are called differently", article="GDPR Art. 12(1)", needs=("data",))
def labels_differ(policy: Policy, day: date) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name, item in policy.data.items():
        before = first.setdefault(item.label.casefold(), name)
        if before != name:
            message = f"`{name}` and `{before}` have the same label: people cannot tell them apart"
            yield Finding(f"data.{name}.label", message, "use one of them, or call them differently")


@check("T-0327", "warning", "what people are found by has its format", needs=("data",))
def identifier_format(policy: Policy, day: date) -> Iterator[Finding]:
    for name, item in policy.data.items():
        if item.identifies in ("email", "phone") and item.format != item.identifies:
            message = f"people are found by `{name}`, but any {item.format} is taken for it"
            yield Finding(f"data.{name}", message, f"add `format: {item.identifies}`")


@check("T-0328", "warning", "kind and format of an item fit", needs=("data",))
def format_fits(policy: Policy, day: date) -> Iterator[Finding]:
    for name, item in policy.data.items():
        wrong = _misfit(item)
        if wrong:
            yield Finding(f"data.{name}", f"`{name}` is of kind `{item.kind}` and format `{item.format}`", wrong)


def _misfit(item: Item) -> str | None:
    wanted = FORMS.get(item.kind)
    if wanted and item.format != wanted:
        return f"add `format: {wanted}`"
    kinds = {form: kind for kind, form in FORMS.items()}
    if item.format in kinds and item.kind != kinds[item.format]:
        return f"add `kind: {kinds[item.format]}`: what is not marked so goes to every recipient"
    return None


@check("T-0329", "warning", "nobody must give what is observed", article="GDPR Art. 13(2)(e)")
def observed_not_required(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        for i, item in enumerate(row.items):
            if item.required and kind(policy, item.item) in MADE:
                message = f"`{item.item}` is required, but it is {_made(kind(policy, item.item))}: nobody can give it"
                yield Finding(f"{at}.items.{i}.item", message, "leave `required` out")


def _made(name: str) -> str:
    return "recorded" if name == "recording" else name


@check("T-0330", "warning", "a special category is marked as one", article="GDPR Art. 9(1)", needs=("data",))
def special_marked(policy: Policy, day: date) -> Iterator[Finding]:
    for name, item in policy.data.items():
        if item.dpv in SPECIAL and not item.special:
            message = f"`{item.dpv}` is a special category, and `{name}` is not marked so"
            yield Finding(f"data.{name}.dpv", message, "add `special: true`")


@check("T-0331", "error", "explicit consent is consent", article="GDPR Art. 9(2)(a)")
def explicit_is_consent(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        for i, purpose in enumerate(row.purposes):
            if purpose.special_ground == "explicit consent" and purpose.relies_on != "consent":
                message = (
                    f"`{purpose.purpose}` names explicit consent as its ground, and relies on `{purpose.relies_on}`"
                )
                yield Finding(f"{at}.purposes.{i}.special_ground", message, "rely on consent, or name another ground")


@check("T-0332", "warning", "a ground for special categories has such data", article="GDPR Art. 9(2)")
def ground_needed(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        special = any(policy.data[i].special for i in row.item_ids if i in policy.data)
        for i, purpose in enumerate(() if special else row.purposes):
            if purpose.special_ground:
                message = "a ground for special categories is named, but no item of the row is one"
                yield Finding(f"{at}.purposes.{i}.special_ground", message, "leave it out, or mark the item `special`")


@check(
    "T-0333", "warning", "data on crimes rests on a law", article="GDPR Art. 10", needs=("touchpoints",), laws=EUROPE
)
def crimes_by_law(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        crimes = [i.item for i in row.items if dpv(policy, "data", i.item).startswith("pd:Criminal")]
        for i, purpose in enumerate(row.purposes if crimes else ()):
            if not purpose.law:
                message = f"{listed(crimes)} is about crimes, which only a law lets you use for `{purpose.purpose}`"
                yield Finding(f"{at}.purposes.{i}", message, "add `law:`, or do not collect it")
