"""What every part of a policy shares: frozen, closed models and the small value types."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
"""A name used inside the files: lower case, digits and hyphens."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
"""A language tag (BCP 47): `de`, `pt-BR`."""

_COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS XK YE YT ZA ZM ZW ZZ
"""
COUNTRIES = frozenset(_COUNTRIES.split())
"""ISO 3166-1 alpha-2, Kosovo by the code in use for it, and `ZZ` for none."""


def _country(value: str) -> str:
    if value not in COUNTRIES:
        raise ValueError("not a country")
    return value


Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), AfterValidator(_country)]
"""ISO 3166-1 alpha-2."""


def _period(value: str) -> str:
    if not re.fullmatch(r"P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?", value):
        raise ValueError("not a period: write an ISO 8601 duration such as `P60D`, `P6M` or `P1Y`")
    return value


Period = Annotated[str, AfterValidator(_period)]
"""An ISO 8601 duration: `P60D`, `P1Y`, `P6M`."""

Basis = Literal[
    "consent",
    "contract",
    "pre-contract",
    "legitimate interest",
    "legal obligation",
    "vital interest",
    "public interest",
    "legal claims",
]
"""The legal bases a purpose may rely on (GDPR Art. 6(1)(a) to (f); claims: Art. 9(2)(f), 17(3)(e))."""

SpecialGround = Literal[
    "explicit consent",
    "employment law",
    "vital interests",
    "members of a non-profit body",
    "made public by the person",
    "legal claims",
    "substantial public interest",
    "health care",
    "public health",
    "archiving or research",
]
"""The grounds for special categories, GDPR Art. 9(2)(a) to (j) in their order."""

Regime = Literal["gdpr", "uk-gdpr", "swiss-fadp", "ccpa", "caloppa", "cal-1798-83", "cal-22581"]
"""Laws a policy answers to: the GDPR, the UK GDPR, the Swiss FADP, the California Consumer Privacy Act (Civ. Code
1798.100 ff.), the California Online Privacy Protection Act (B&P 22575-22579), Cal. Civ. Code 1798.83, B&P 22581."""

Channel = Literal[
    "form",
    "chat",
    "account",
    "upload",
    "import",
    "offline",
    "marketplace",
    "social",
    "cookies",
    "logs",
    "recording",
]


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, (str, int, dict)) else value


Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_many)]
"""One text or a list of them."""


def unfit(message: str, *at: str | int) -> PydanticCustomError:
    """The error of parts that do not fit each other; `at`: steps from the part to where the author should look."""
    return PydanticCustomError("unfit", "{message}", {"message": message, "at": at})


class Part(BaseModel):
    """A frozen piece of a policy; unknown keys are problems, not extras."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Assumable(Part):
    """Something the published text may leave open.

    `assumption` names an entry of `assumptions` that says what was open and what was decided.
    Empty means: the published text says it.
    """

    assumption: Id | None = None
