"""The checks on a policy that uses the whole language, with any of its lines lost or garbled: told, never raised."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from troth.policy.load import load_texts
from troth.policy.text import read_folder

CASES = Path(__file__).resolve().parents[1] / "cases" / "policy"
MORE = """\
regimes: [gdpr, uk-gdpr, swiss-fadp, ccpa, caloppa, cal-1798-83, cal-22581]
dpf:
  entities: [Small Inc.]
  covers: [non-hr]
  commitment: We keep the Principles.
  certified_until: 2026-12-31
  recourse:
    name: Panel
    url: https://panel.example
california:
  sells_or_shares: true
  opt_out: https://small.example/no
  methods: [mail, phone]
secondary_purposes:
  fraud:
    label: Fraud
    dpv: dpv:FraudPreventionAndDetection
    bases: [legitimate interest, legal obligation]
    relies_on: legitimate interest
    interest: no fraud
    items: [email, name]
    may_invoke: [legal]
retention_exceptions:
  claims: {label: C, text: T, basis: legal claims}
sharing:
  group: {label: G, text: T, to: our group, bases: [consent]}
storage:
  - recipient: crm
    places: Ohio
    countries: [US]
transfers:
  terms:
    abroad:
      label: A
      text: T
      mechanisms: [scc, eu-us-dpf]
      assessment_review: P1Y
never:
  apart:
    label: N
    text: N
    purposes: [fraud]
    recipients: [mailer]
    items: [name]
cookies:
  session:
    pattern: sid
    setter: mailer
    category: analytics
    lifetime: P14M
    touchpoint: shop
assumptions:
  chosen: {open: O, decided: D, lines: 4}
clauses:
  - {id: c, lines: 8, promise: P, executed_by: [notice], checked_by: not yet}
anonymous: {text: T, uses: [], threshold: 5}
touchpoints:
  shop:
    title: When you buy
    group: website
    channels: [account, cookies, logs, recording, upload]
    role: controller
    source: a fair
    rows:
      - id: main
        items:
          - {item: email, required: true}
          - item: message
        purposes:
          - purpose: answer
            relies_on: contract
            assumption: chosen
            special_ground: legal claims
            law: HGB
          - {purpose: news, relies_on: consent, bases: [consent]}
        bases: [contract, legitimate interest]
        interest: to sell
        provision: contractual
        recipients:
          - {recipient: crm, items: [email]}
          - mailer
        retention:
          - {rule: year, items: [email]}
          - year
        without: No goods
"""
BASE = read_folder(CASES / "base")[0] | {"more.yaml": MORE}
LINES = [(name, number) for name, text in BASE.items() for number in range(text.count("\n"))]
WORDS = ("", "x", "0", "[]", "{}", "null", "P0D", "consent", "2031-01-01", "a: b", "self")


def damaged(lost: set[tuple[str, int]], changed: dict[tuple[str, int], str]) -> dict[str, str]:
    def left(name: str) -> Iterator[str]:
        for number, line in enumerate(BASE[name].splitlines()):
            word = changed.get((name, number))
            if (name, number) not in lost:
                yield line if word is None else f"{line.rpartition(' ')[0]} {word}"

    return {name: "\n".join(left(name)) + "\n" for name in BASE}


@settings(max_examples=300, deadline=None)
@given(
    lost=st.sets(st.sampled_from(LINES), max_size=4),
    changed=st.dictionaries(st.sampled_from(LINES), st.sampled_from(WORDS), max_size=4),
    day=st.sampled_from([None, date(2020, 1, 1), date(2026, 6, 1), date(2040, 1, 1)]),
)
def test_every_finding_has_a_place_and_nothing_is_raised(
    lost: set[tuple[str, int]], changed: dict[tuple[str, int], str], day: date | None
) -> None:
    loaded = load_texts(damaged(lost, changed), today=day)
    for problem in loaded.problems:
        assert problem.place is not None or not loaded.places
        assert problem.message
        assert not problem.message.endswith(".")
    assert loaded.ok is not any(problem.stops for problem in loaded.problems)


def test_the_whole_language_is_read_before_it_is_damaged() -> None:
    """Without this the property would hold of files that are refused at once."""
    found = {problem.code for problem in load_texts(BASE, today=date(2026, 6, 1)).problems}
    assert not any(code < "T-0300" for code in found)
    assert len(found) > 20
