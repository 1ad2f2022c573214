"""The files a policy begins with: small, sound, with comments that teach. What is not known yet is an accepted gap."""

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from importlib.resources import files

from troth.law.adequacy import EEA
from troth.law.authorities import authority
from troth.law.children import age_of_consent
from troth.policy.scalars import resolve

LINE = "# yaml-language-server: $schema=.troth/policy.schema.json"
NAMES = ("policy.yaml", "catalogue.yaml", "touchpoints.yaml", "rights.yaml")
GAPS = "accepted-gaps.yaml"
REVIEW = timedelta(days=90)

OWN_LAW = {"GB": "uk-gdpr", "CH": "swiss-fadp", "US": "caloppa"}
"""Laws that policies of controllers outside the EEA answer to beside the GDPR."""

PLAIN = re.compile(r"[A-Za-z][\w .&'()/+-]*")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of a new policy. `country`: ISO 3166-1 alpha-2; `site`: an address; `day`: when it takes effect."""

    name: str
    controller: str
    country: str
    contact: str
    site: str
    day: date
    address: str | None = None
    representative: str | None = None


@dataclass(frozen=True)
class Scaffold:
    """The texts of a new policy. `open`: what is still to be found out, each as a code and words."""

    of: Beginning

    @cached_property
    def texts(self) -> dict[str, str]:
        """Text by file name; in the form that `troth fmt` gives."""
        made = {name: self._filled((files(__name__) / "files" / name).read_text("utf-8")) for name in NAMES}
        return made | {GAPS: self._gaps()} if self.open else made

    @cached_property
    def open(self) -> tuple[tuple[str, str], ...]:
        found = []
        if not self.of.address:
            found.append(("T-0417", "the postal address is still to be written down"))
        if self.of.country not in EEA and not self.of.representative:
            found.append(("T-0416", "a representative in the Union is still to be found"))
        return tuple(found)

    @property
    def review(self) -> date:
        """The day until which what is open may stay so."""
        return self.of.day + REVIEW

    @property
    def regimes(self) -> tuple[str, ...]:
        own = OWN_LAW.get(self.of.country)
        return ("gdpr", own) if own else ("gdpr",)

    def _filled(self, text: str) -> str:
        values = self._values()
        filled = re.sub(r"<([a-z-]+)>", lambda sign: values[sign[1]], text)
        return filled.replace("\n\n\n", "\n\n")

    def _values(self) -> dict[str, str]:
        of = self.of
        age = age_of_consent(of.country, of.day)
        outside = "The GDPR holds for you too if you offer anything to people in the European Union."
        return {
            "name": of.name,
            "day": of.day.isoformat(),
            "regimes-note": "Others are `uk-gdpr`, `swiss-fadp`, `ccpa`." if of.country in EEA else outside,
            "regimes": f"[{', '.join(self.regimes)}]",
            "controller": scalar(of.controller),
            "country": scalar(of.country),
            "contact": scalar(of.contact),
            "more-controller": self._more(),
            "site": json.dumps(of.site, ensure_ascii=False),
            "age": str(age.years),
            "age-note": f"from this age on people may agree for themselves ({age.source})",
            "age-text": f"Our website is for people of {age.years} and older.",
            "how": scalar(f"Ask in our privacy centre, or write to {of.contact}."),
        }

    def _more(self) -> str:
        lines = []
        if self.of.address:
            lines.append(f"  address: {scalar(self.of.address)}")
        if self.of.representative:
            lines.append(f"  representatives: [{scalar(self.of.representative)}]  # in the Union (GDPR Art. 27)")
        known = authority(self.of.country)
        if known:
            lines += [
                "  authorities:",
                f"    - name: {scalar(known.name)}",
                f"      country: {scalar(self.of.country)}",
            ]
            lines += [f"      url: {scalar(known.url)}"]
        return "".join(f"{line}\n" for line in lines)

    def _gaps(self) -> str:
        head = (
            f"{LINE}\n\n# What is still open. `troth check` shows and counts it until the day of its review; after that"
            "\n# it is an error. When you know it, write it down and take the entry out.\naccepted_gaps:\n"
        )
        entry = "  - code: {}\n    where: controller\n    reason: {}\n    owner: privacy lead\n    review: {}\n"
        return head + "".join(entry.format(code, reason, self.review) for code, reason in self.open)


def scalar(text: str) -> str:
    """A text as YAML: plain where it is safe and stays a text, else in double quotes."""
    plain = PLAIN.fullmatch(text) and text == text.strip() and resolve(text) == text
    mail = re.fullmatch(r"[\w.+-]+@[\w.-]+|https://[\w./-]+", text)
    return text if plain or mail else json.dumps(text, ensure_ascii=False)


def named(text: str) -> str:
    """A name for a policy out of any text: `Tea Post GmbH` gives `tea-post-gmbh`; `policy` if nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:64].strip("-") or "policy"
