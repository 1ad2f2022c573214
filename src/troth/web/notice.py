"""The notice at its addresses: in force or by number, in each language, as a page, Markdown, PDF, JSON and JSON-LD."""

from collections.abc import Callable, Sequence

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.utils.safestring import mark_safe
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from troth import ground
from troth.notice import as_html, languages
from troth.versions import queries as versions
from troth.versions.values import Version
from troth.web.notice_forms import FORMS, Shown, shown
from troth.web.notice_frame import Frame
from troth.web.shell import Shell


@gzip_page  # long, and the same for everyone: nothing in it to guess by its size
@require_safe
def in_force(request: HttpRequest, language: str = "") -> HttpResponse:
    """The notice in force; without a language, in the one the browser asks for, if the notice is translated into it."""
    shell = Shell(request.path)
    if shell.version is None:
        return render(request, "web/notice_none.html", {"shell": shell})
    tongue = language or _asked(request, shell.version)
    response = _page(request, shell, shell.version, versions.all(), tongue)
    if not language:
        patch_vary_headers(response, ["Accept-Language"])
    return response


@gzip_page
@require_safe
def numbered(request: HttpRequest, number: int, language: str = "") -> HttpResponse:
    """A published version by its number; the one in force lives at `/notice/`."""
    shell, every = Shell(request.path), versions.all()
    version = _numbered(every, number)
    if shell.version is not None and version.id == shell.version.id:
        return HttpResponseRedirect(_address("notice", language))
    return _page(request, shell, version, every, language or languages(version.policy)[0])


@gzip_page
@require_safe
def changes(request: HttpRequest, language: str = "") -> HttpResponse:
    """Every version, with what it changed in plain words; those to come included."""
    shell = Shell(request.path)
    every = versions.all()
    if shell.version is None:
        raise Http404("no notice is published")
    tongue = _spoken(shell.version, language or languages(shell.version.policy)[0])
    what = shown(every, every[-1], tongue)

    def make() -> HttpResponse:
        frame = Frame(shell, shell.version or every[-1], every, tongue, "notice-changes")
        context = {"shell": shell, "frame": frame, "list": mark_safe(what.history())}  # noqa: S308  our own escaping
        return render(request, "web/notice_changes.html", context)

    return _conditional(request, what, f"changes-{_around(shell, every)}", make)


@gzip_page
@require_safe
def form(request: HttpRequest, kind: str, number: int | None = None, language: str = "") -> HttpResponse:
    """The notice as a file: `kind` is one of `FORMS`. In force, or by number, so that an address never moves."""
    every = versions.all()
    version = _numbered(every, number) if number is not None else Shell("").version
    if version is None or not FORMS[kind].offered():
        raise Http404("no notice is published in this form")
    tongue = _spoken(version, language or languages(version.policy)[0])
    what = shown(every, version, tongue)

    def make() -> HttpResponse:
        response = HttpResponse(what.form(kind), content_type=FORMS[kind].content_type)
        response["Content-Language"] = tongue
        response["Content-Disposition"] = f'inline; filename="privacy-notice-{version.number}-{tongue}.{kind}"'
        return response

    return _conditional(request, what, kind, make)


def _page(
    request: HttpRequest, shell: Shell, version: Version, every: Sequence[Version], language: str
) -> HttpResponse:
    tongue = _spoken(version, language)
    what = shown(every, version, tongue)

    def make() -> HttpResponse:
        frame = Frame(shell, version, every, tongue, "notice")
        context = {
            "shell": shell,
            "frame": frame,
            "version": version,
            "title": what.document.title.text,
            "meta": mark_safe(as_html.meta(what.document)),  # noqa: S308  made by our own escaping renderer
            "head": mark_safe(as_html.head(what.document)),  # noqa: S308  made by our own escaping renderer
            "body": mark_safe(what.body()),  # noqa: S308  made by our own escaping renderer
        }
        response = render(request, "web/notice.html", context)
        response["Content-Language"] = tongue
        return response

    return _conditional(request, what, f"page-{_around(shell, every)}", make)


def _around(shell: Shell, every: Sequence[Version]) -> str:
    """What a page around the notice depends on: the version in force, the latest, and the day, as news grow old."""
    now = shell.version.number if shell.version else 0
    return f"{now}-of-{every[-1].number}-{ground.clock():%Y%m%d}"


def _conditional(request: HttpRequest, what: Shown, part: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The response, or 304 where the reader has it already. Readers always ask: a new version shows at once."""
    etag = f'"{what.key}-{part}"'
    response = get_conditional_response(request, etag=etag) or make()
    response["ETag"] = etag
    response["Last-Modified"] = http_date(int(what.version.published_at.timestamp()))
    response["Cache-Control"] = "no-cache"
    assert isinstance(response, HttpResponse)
    return response


def _asked(request: HttpRequest, version: Version) -> str:
    """The language of the browser's list that comes first and that the notice speaks; else that of the files."""
    spoken = languages(version.policy)
    wanted = []
    for place, entry in enumerate(request.headers.get("Accept-Language", "").split(",")[:20]):
        tag, _, quality = entry.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), place, tag.strip().casefold()))
        except ValueError:
            continue
    for weight, _, tag in sorted(wanted):
        for language in spoken:
            if weight < 0 and language.casefold() in (tag, tag.partition("-")[0]):
                return language
    return spoken[0]


def _spoken(version: Version, language: str) -> str:
    if language not in languages(version.policy):
        raise Http404("the notice is not published in this language")
    return language


def _numbered(every: Sequence[Version], number: int) -> Version:
    for version in every:
        if version.number == number:
            return version
    raise Http404("no version of the notice has this number")


def _address(name: str, language: str) -> str:
    return reverse(f"{name}-in", args=[language]) if language else reverse(name)
