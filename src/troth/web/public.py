"""Public pages: the privacy centre's front page and the notice. Thin: versions in, pages out."""

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from troth.policy.facts import facts
from troth.requests.kinds import KINDS
from troth.versions import queries as versions
from troth.versions.values import Version
from troth.web.legal import RIGHT_ARTICLES
from troth.web.notice import Notice
from troth.web.shell import Shell


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What a person can do here."""
    return render(request, "web/home.html", {"kinds": KINDS.values()})


@gzip_page  # long, and the same for everyone: nothing in it to guess by its size
@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """The notice in force."""
    shell = Shell(request.path)
    if shell.version is None:
        return render(request, "web/notice_none.html", {"shell": shell})
    return _notice(request, shell, shell.version)


@gzip_page
@require_safe
def notice_version(request: HttpRequest, number: int) -> HttpResponse:
    """A published version by its number; the one in force lives at `/notice/`."""
    shell = Shell(request.path)
    found = _numbered(number)
    if shell.version is not None and found.id == shell.version.id:
        return HttpResponseRedirect(reverse("notice"))
    return _notice(request, shell, found)


@gzip_page
@require_safe
def notice_json(_request: HttpRequest) -> JsonResponse:
    """The notice in force as facts, with its number and digest, for programs and for the promise checks."""
    version = Shell("").version
    if version is None:
        raise Http404("no notice is published")
    head = {"number": version.number, "digest": version.digest, "effective": version.effective.isoformat()}
    return JsonResponse({"version": head, "facts": facts(version.policy)})


def _notice(request: HttpRequest, shell: Shell, version: Version) -> HttpResponse:
    context = {
        "shell": shell,
        "version": version,
        "in_force": shell.version is not None and version.id == shell.version.id,
        "versions": versions.all(),
        "body": mark_safe(_body(version)),  # noqa: S308  made by our own escaping templates
    }
    return render(request, "web/notice.html", context)


def _body(version: Version) -> str:
    """The notice's text. A version never changes, so its text is made once a process."""
    return str(cache.get_or_set(f"notice:{version.digest}", lambda: _render(version), timeout=None))


def _render(version: Version) -> str:
    view = Notice(version.policy)
    rights = [(right, RIGHT_ARTICLES.get(right.kind, "")) for right in version.policy.rights.values()]
    context = {"notice": view, "policy": version.policy, "rights": rights}
    return render_to_string("web/notice_body.html", context)


def _numbered(number: int) -> Version:
    for version in versions.all():
        if version.number == number:
            return version
    raise Http404("no version of the notice has this number")
