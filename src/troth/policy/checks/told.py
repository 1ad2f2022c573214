"""Who is behind the policy, and what else Art. 13, 14 and 30 want said."""

from collections.abc import Iterator
from datetime import date

from troth.law.adequacy import EEA, free
from troth.policy.checks.looks import gathered, listed
from troth.policy.checks.registry import EUROPE, Finding, check
from troth.policy.model import Policy

COPIED = frozenset({"scc", "bcr", "intra-group"})
"""Safeguards of which people may have a copy."""

FEWEST = 3
"""A group smaller than this hides nobody: of two, each knows the other."""


@check(
    "T-0417",
    "warning",
    "the controller has a postal address",
    article="GDPR Art. 13(1)(a)",
    needs=("controller",),
    laws=EUROPE,
)
def address_told(policy: Policy, day: date) -> Iterator[Finding]:
    if not policy.controller.address:
        message = f"nothing says where {policy.controller.name} is: its identity is told, not how to reach it by post"
        yield Finding("controller", message, "add `address:`")


@check(
    "T-0418",
    "warning",
    "whether there is a data protection officer is told",
    article="GDPR Art. 37(1)(b), (c), 13(1)(b)",
    needs=("controller", "purposes", "data"),
    laws=EUROPE,
)
def officer_told(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.controller.dpo or policy.controller.no_dpo:
        return
    profiling = [pid for pid, purpose in policy.purposes.items() if purpose.profiling]
    special = [iid for iid, item in policy.data.items() if item.special]
    if profiling or special:
        what = f"`{profiling[0]}` is profiling" if profiling else f"`{special[0]}` is a special category"
        message = f"{what}, and nothing says who the data protection officer is, or why none is needed"
        yield Finding("controller", message, "add `dpo:`, or `no_dpo:` with the reason")


@check(
    "T-0419",
    "warning",
    "the authority to complain to is named",
    article="GDPR Art. 13(2)(d), 77",
    needs=("controller", "rights"),
    laws=EUROPE,
)
def authority_named(policy: Policy, day: date) -> Iterator[Finding]:
    controller = policy.controller
    for rid, right in policy.rights.items():
        if right.kind == "complaint" and controller.country in EEA and not controller.authorities:
            message = f"people may complain, and the authority of `{controller.country}` is not named"
            yield Finding(f"rights.{rid}", message, "add `authorities:` to the controller")


@check(
    "T-0420",
    "warning",
    "people are told that they may object to marketing",
    article="GDPR Art. 21(2), (4)",
    needs=("rights", "purposes"),
    laws=EUROPE,
)
def marketing_objection(policy: Policy, day: date) -> Iterator[Finding]:
    told = any(right.direct_marketing for right in policy.rights.values())
    for rid, right in policy.rights.items() if policy.marketing_purposes and not told else ():
        if right.kind == "objection":
            message = "there is marketing, and the right to object does not say that it ends it, always and free"
            yield Finding(f"rights.{rid}", message, "say so in its text, and mark it `direct_marketing: true`")


@check(
    "T-0421",
    "warning",
    "people learn how to get a copy of the safeguards",
    article="GDPR Art. 13(1)(f)",
    needs=("rights", "recipients", "controller"),
    laws=EUROPE,
)
def copy_told(policy: Policy, day: date) -> Iterator[Finding]:
    if any(right.kind == "transfer-information" for right in policy.rights.values()):
        return
    home = policy.controller.country
    bound = [
        rid
        for rid, one in policy.recipients.items()
        if any(m.kind in COPIED and not free(m.country, home) for m in one.mechanisms)
    ]
    if bound:
        message = f"data goes abroad to {listed(bound)} under contracts, and nothing says how to get a copy of them"
        yield Finding(gathered("recipients", bound), message, "add a right of `kind: transfer-information`")


@check(
    "T-0422",
    "warning",
    "security measures are described",
    article="GDPR Art. 30(1)(g), 32(1)",
    needs=("security",),
    laws=EUROPE,
)
def measures_described(policy: Policy, day: date) -> Iterator[Finding]:
    if not policy.security:
        yield Finding("security", "nothing says how data is kept safe", "add `security:`, a measure each entry")


@check(
    "T-0423", "warning", "whose data it is is said", article="GDPR Art. 30(1)(c)", needs=("touchpoints",), laws=EUROPE
)
def persons_said(policy: Policy, day: date) -> Iterator[Finding]:
    silent = [tid for tid, touchpoint in policy.touchpoints.items() if not touchpoint.persons]
    if silent:
        message = f"whose data comes in is not said of {listed(silent)}"
        yield Finding(gathered("touchpoints", silent), message, "add `persons:`, such as `visitors` or `applicants`")


@check(
    "T-0424",
    "warning",
    "the notice speaks the languages of the sites",
    article="GDPR Art. 12(1)",
    needs=("languages", "translations"),
)
def languages_spoken(policy: Policy, day: date) -> Iterator[Finding]:
    spoken = {tag.partition("-")[0] for tag in (*policy.languages, *policy.translations)}
    for sid, site in policy.sites.items():
        for i, language in enumerate(site.languages if "languages" in site.model_fields_set else ()):
            if language.partition("-")[0] not in spoken:
                message = f"{site.label} speaks `{language}`, and the policy does not"
                help = f"add `{language}` to `languages`, with its `translations`"
                yield Finding(f"sites.{sid}.languages.{i}", message, help)


@check(
    "T-0425",
    "warning",
    "a controller outside the United Kingdom has a representative there",
    article="UK GDPR Art. 27",
    needs=("controller", "regimes"),
)
def uk_representative(policy: Policy, day: date) -> Iterator[Finding]:
    yield from _represented(policy, "uk-gdpr", "GB", "the United Kingdom")


@check(
    "T-0426",
    "warning",
    "a controller outside Switzerland has a representative there",
    article="FADP Art. 14",
    needs=("controller", "regimes"),
)
def swiss_representative(policy: Policy, day: date) -> Iterator[Finding]:
    yield from _represented(policy, "swiss-fadp", "CH", "Switzerland")


def _represented(policy: Policy, regime: str, country: str, where: str) -> Iterator[Finding]:
    controller = policy.controller
    if regime in policy.regimes and controller.country != country and country not in controller.other_representatives:
        message = f"the policy answers to `{regime}`, and no representative in {where} is named"
        yield Finding("controller", message, f"add `other_representatives: {{{country}: …}}`")


@check("T-0427", "warning", "the source of data from others is told", article="GDPR Art. 14(2)(f)", laws=EUROPE)
def mixed_source(policy: Policy, day: date) -> Iterator[Finding]:
    for tid, touchpoint in policy.touchpoints.items():
        others = {"import", "marketplace"} & set(touchpoint.channels)
        if others and set(touchpoint.channels) != {"import"} and not touchpoint.source:
            message = f"`{tid}` takes data from others as well, and does not say from whom"
            yield Finding(f"touchpoints.{tid}.channels", message, "add `source:`")


@check("T-0428", "warning", "sites are reached over a safe connection", article="GDPR Art. 32(1)(a)")
def sites_safe(policy: Policy, day: date) -> Iterator[Finding]:
    for sid, site in policy.sites.items():
        if site.url and site.url.startswith("http://"):
            message = f"what people write on {site.label} travels in the clear"
            yield Finding(f"sites.{sid}.url", message, "serve it over `https://`, and write that here")


@check("T-0387", "warning", "a right is told once", article="GDPR Art. 12(1)", needs=("rights",))
def right_once(policy: Policy, day: date) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for rid, right in policy.rights.items():
        before = first.setdefault(right.kind, rid)
        if before != rid:
            message = f"`{rid}` and `{before}` are the same right: which text holds?"
            yield Finding(f"rights.{rid}.kind", message, "join them")


@check("T-0389", "error", "anonymous means nobody is recognised", article="GDPR Recital 26", needs=("anonymous",))
def anonymous_enough(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.anonymous and policy.anonymous.threshold < FEWEST:
        message = f"a group of {policy.anonymous.threshold} is not anonymous: its members know of each other"
        yield Finding("anonymous.threshold", message, "ten is usual; three is the least")
