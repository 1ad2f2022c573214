"""Versions of the policy, what each changed, and what changed between any two, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from troth import ground
from troth.policy.difference import Change, Class, class_means, differences
from troth.policy.difference.told import Told, counts, told
from troth.publishing import queries as publishing
from troth.publishing.queries import Progress
from troth.versions import queries as versions
from troth.versions.values import Version
from troth.web.console.policy import tabs
from troth.web.staff import staff_only

TONES: dict[Class, str] = {"fresh consent": "accent", "significant": "accent"}
"""Classes that reach people; the others need no colour."""


@dataclass(frozen=True)
class VersionLine:
    """A version as a line of the list. `state`: `in force`, `to come`, `earlier`; `classes`: how many changes of each
    class against the one before; `compare`: where those are told, empty for the first."""

    version: Version
    state: str
    classes: Sequence[tuple[Class, int, str]]
    compare: str
    progress: Progress | None


@dataclass(frozen=True)
class Group:
    """The changes of a class."""

    name: Class
    means: str
    tone: str
    lines: Sequence[tuple[Told, Sequence[tuple[Class, str]]]]


@staff_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every version, the newest first, with what it changed and how far telling people is."""
    every, current = versions.all(), versions.current(ground.clock())
    if current is None:
        return render(request, "web/console/policy_none.html")
    published = {progress.version_id: progress for progress in publishing.publications()}
    pairs = zip([None, *every], every, strict=False)
    lines = [_line(before, version, current, published.get(version.id)) for before, version in pairs]
    context = {"version": current, "tabs": tabs(current.policy, "versions"), "lines": lines[::-1]}
    return render(request, "web/console/policy_versions.html", context)


@staff_only
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What changed between two versions, `from` and `to`: the latest two if not given."""
    every, current = {version.number: version for version in versions.all()}, versions.current(ground.clock())
    if current is None:
        return render(request, "web/console/policy_none.html")
    new = _asked(request, "to", max(every), every)
    old = _asked(request, "from", max(new.number - 1, 1), every)
    listed = told(old.policy, new.policy, places=versions.places(new.id), was=versions.places(old.id))
    context = {
        "version": current,
        "tabs": tabs(current.policy, "versions"),
        "old": old,
        "new": new,
        "versions": list(every.values()),
        "groups": _groups(listed),
        "total": len(listed),
    }
    return render(request, "web/console/policy_changes.html", context)


def _asked(request: HttpRequest, name: str, otherwise: int, every: dict[int, Version]) -> Version:
    """The version of a number in the address. Raises Http404 for one that is not there."""
    given = request.GET.get(name, "") or str(otherwise)
    number = int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1
    if number not in every:
        raise Http404("no such version")
    return every[number]


def _line(before: Version | None, version: Version, current: Version, progress: Progress | None) -> VersionLine:
    found = _changes(before, version, progress)
    state = "in force" if version == current else "to come" if version.number > current.number else "earlier"
    classes = [(name, number, TONES.get(name, "")) for name, number in counts(found).items() if number]
    query = urlencode({"from": before.number, "to": version.number}) if before else ""
    return VersionLine(
        version, state, classes, f"{reverse('console-version-changes')}?{query}" if query else "", progress
    )


def _changes(before: Version | None, version: Version, progress: Progress | None) -> Sequence[Change]:
    """As approved when it was published, else as compared now."""
    if before is None:
        return ()
    if progress is not None and progress.base == before.number:
        return progress.changes
    return differences(before.policy, version.policy)


def _groups(listed: Sequence[Told]) -> list[Group]:
    found = []
    for name, group in groupby(listed, key=lambda one: one.change.heaviest):
        lines = [(one, [(also, TONES.get(also, "")) for also in one.change.classes[1:]]) for one in group]
        found.append(Group(name, class_means(name), TONES.get(name, ""), lines))
    return found
