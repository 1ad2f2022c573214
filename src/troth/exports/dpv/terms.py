"""The terms of DPV 2.3 this export uses, by what the policy language says; our own terms where DPV has none.

Identifiers are facts; the choices are ours. Purposes and data items name their own term in the policy.
"""

from troth.exports import articles

NAMESPACES = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "legal-eu": "https://w3id.org/dpv/legal/eu#",
    "tech": "https://w3id.org/dpv/tech#",
    "loc": "https://w3id.org/dpv/loc#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "troth": "urn:troth:terms:",
}

OWN = {
    "troth:AccountDeletion": "the right to have an account deleted (a promise of the policy, not of the GDPR)",
    "troth:CalCiv1798-83": "the right to know what was disclosed for direct marketing (Cal. Civ. Code § 1798.83)",
    "troth:CalBpc22581": "the right of minors to have posts removed (Cal. Bus. & Prof. Code § 22581)",
    "troth:ClaimsBasis": "processing for legal claims where no special category is concerned (GDPR Art. 17(3)(e))",
    "troth:Assumption": "something the published text leaves open and the operator decided",
    "troth:IntraGroupAgreement": "an agreement that binds the companies of a group to protect transferred data",
    "troth:EuUsDpf": "self-certification under the EU-US Data Privacy Framework",
    "troth:SwissUsDpf": "self-certification under the Swiss-US Data Privacy Framework",
    "troth:UkUsDpf": "self-certification under the UK Extension to the EU-US Data Privacy Framework",
    "troth:NoMechanism": "no transfer mechanism is stated",
    "troth:TransferInformation": "the right to learn what a transfer rests on (GDPR Art. 13(1)(f), 15(2))",
    "troth:category": "the category of a cookie: essential, preferences, analytics, marketing",
    "troth:channel": "the way data comes in: form, chat, cookies, logs, …",
    "troth:countsFrom": "the event a period counts from",
    "troth:digest": "SHA-256 of the compiled policy",
    "troth:inForceFrom": "first day of a transfer mechanism",
    "troth:inForceUntil": "last day of a transfer mechanism",
    "troth:keptLonger": "a condition under which data is kept past its period",
    "troth:law": "the law that makes processing a duty",
    "troth:limit": "a limit of a right, as the policy states it",
    "troth:mayInvoke": "who inside may use data for a further purpose",
    "troth:minimumAge": "the age below which nobody is served without a guardian",
    "troth:pattern": "the name pattern of a cookie",
    "troth:requires": "data without which the activity cannot be asked for",
    "troth:restsOn": "an assumption the activity rests on",
    "troth:reviewBy": "the day an assessment is looked at again",
    "troth:reviewEvery": "how often it is decided whether data is still needed",
    "troth:statedTerm": "a term the policy names that is no term of DPV 2.3",
}
"""Terms of our own namespace, each with what it means."""

BASES = {
    "consent": "eu-gdpr:A6-1-a",
    "contract": "eu-gdpr:A6-1-b-contract-performance",
    "pre-contract": "eu-gdpr:A6-1-b-enter-into-contract",
    "legal obligation": "eu-gdpr:A6-1-c",
    "vital interest": "eu-gdpr:A6-1-d",
    "public interest": "eu-gdpr:A6-1-e",
    "legitimate interest": "eu-gdpr:A6-1-f",
    "legal claims": "troth:ClaimsBasis",
}
GROUNDS = {ground: f"eu-gdpr:A9-2-{letter}" for ground, letter in articles.GROUNDS.items()}
RIGHTS = {
    "access": "eu-gdpr:A15",
    "rectification": "eu-gdpr:A16",
    "erasure": "eu-gdpr:A17",
    "restriction": "eu-gdpr:A18",
    "portability": "eu-gdpr:A20",
    "objection": "eu-gdpr:A21",
    "object-to-profiling": "eu-gdpr:A22",
    "withdraw-consent": "eu-gdpr:A7-3",
    "complaint": "eu-gdpr:A77",
    "transfer-information": "troth:TransferInformation",
    "account-deletion": "troth:AccountDeletion",
    "cal-1798-83": "troth:CalCiv1798-83",
    "cal-22581": "troth:CalBpc22581",
}
MECHANISMS = {
    "adequacy": "eu-gdpr:A45-3",
    "scc": "eu-gdpr:A46-2-c",
    "bcr": "eu-gdpr:A46-2-b",
    "intra-group": "troth:IntraGroupAgreement",
    "eu-us-dpf": "troth:EuUsDpf",
    "swiss-us-dpf": "troth:SwissUsDpf",
    "uk-us-dpf": "troth:UkUsDpf",
}
TOOLS = {
    "scc": "eu-gdpr:SCCByCommission",
    "bcr": "eu-gdpr:BindingCorporateRules",
    "adequacy": "eu-gdpr:AdequacyDecision",
}
"""The measure a mechanism is, beside the legal basis it gives."""

ADEQUACY = frozenset({"AD", "AR", "CA", "CH", "FO", "GB", "GG", "IL", "IM", "JE", "JP", "NZ", "UY"})
"""Countries whose adequacy decision has a term of its own (`legal-eu:Adequacy-EU-IL`); DPV's list stops there."""

ROLES = {
    "processor": "dpv:DataProcessor",
    "controller": "dpv:DataController",
    "joint controller": "dpv:JointDataControllers",
}
KINDS = {
    "given": "dpv:ProvidedPersonalData",
    "free text": "dpv:ProvidedPersonalData",
    "file": "dpv:ProvidedPersonalData",
    "secret": "dpv:ProvidedPersonalData",
    "observed": "dpv:ObservedPersonalData",
    "recording": "dpv:ObservedPersonalData",
    "derived": "dpv:DerivedPersonalData",
}
CLASSES = (
    "dpv:AutomatedDecisionMaking",
    "dpv:CrossBorderTransfer",
    "dpv:Collect",
    "dpv:Consequence",
    "dpv:DataController",
    "dpv:DataProtectionOfficer",
    "dpv:DataSubject",
    "dpv:DataSubjectDataSource",
    "dpv:DataSubjectRight",
    "dpv:DataTransferLegalBasis",
    "dpv:Disclose",
    "dpv:IndeterminateDuration",
    "dpv:LegalBasis",
    "dpv:LegalEntity",
    "dpv:OrganisationalMeasure",
    "dpv:PersonalData",
    "dpv:PersonalDataHandling",
    "dpv:PersonalDataProcess",
    "dpv:PrivacyNotice",
    "dpv:Process",
    "dpv:Profiling",
    "dpv:Prohibition",
    "dpv:Purpose",
    "dpv:Recipient",
    "dpv:Representative",
    "dpv:RightExerciseNotice",
    "dpv:SpecialCategoryPersonalData",
    "dpv:StorageCondition",
    "dpv:StorageDuration",
    "dpv:StorageLocation",
    "dpv:Store",
    "dpv:TechnicalOrganisationalMeasure",
    "dpv:TemporalDuration",
    "dpv:ThirdPartyDataSource",
    "dpv:UntilEventDuration",
    "dpv:Use",
    "eu-gdpr:BalancingTest",
    "eu-gdpr:DataProtectionAuthority",
    "tech:Cookie",
)
LINKS = (
    "dpv:hasAssessment",
    "dpv:hasAuthority",
    "dpv:hasConsequence",
    "dpv:hasContext",
    "dpv:hasCountry",
    "dpv:hasDataController",
    "dpv:hasDataExporter",
    "dpv:hasDataImporter",
    "dpv:hasDataProcessor",
    "dpv:hasDataProtectionOfficer",
    "dpv:hasDataSource",
    "dpv:hasDataSubject",
    "dpv:hasDuration",
    "dpv:hasLegalBasis",
    "dpv:hasLegalMeasure",
    "dpv:hasLocation",
    "dpv:hasNotice",
    "dpv:hasPersonalData",
    "dpv:hasPersonalDataProcess",
    "dpv:hasProcess",
    "dpv:hasProcessing",
    "dpv:hasProhibition",
    "dpv:hasPurpose",
    "dpv:hasRecipient",
    "dpv:hasRepresentative",
    "dpv:hasRight",
    "dpv:hasStorageCondition",
    "dpv:hasSubsidiary",
    "dpv:hasTechnicalOrganisationalMeasure",
    "dpv:hasThirdCountry",
    "dpv:isExercisedAt",
    "dpv:isImplementedUsingTechnology",
    "troth:keptLonger",
    "troth:requires",
    "troth:restsOn",
)
"""Properties whose values are nodes."""

TEXTS = ("dpv:hasAddress", "dpv:hasContact", "dpv:hasName")
"""Properties of DPV whose values are texts."""


def used() -> frozenset[str]:
    """Every term of a DPV vocabulary that this export may write by itself."""
    tables = (BASES, GROUNDS, RIGHTS, MECHANISMS, TOOLS, ROLES, KINDS)
    named = {term for table in tables for term in table.values()} | {*CLASSES, *LINKS, *TEXTS}
    named |= {f"legal-eu:Adequacy-EU-{country}" for country in ADEQUACY}
    return frozenset(term for term in named if not term.startswith("troth:"))
