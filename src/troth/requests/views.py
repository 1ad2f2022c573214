"""The person's side of a request: ask, confirm, see how it stands, fetch the answer."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from troth import ground
from troth.people.normalise import NotAnIdentifier
from troth.requests import queries, services, words
from troth.requests.kinds import KINDS, NOT_BUILT
from troth.requests.services import BadLink


@require_GET
def centre(request: HttpRequest) -> HttpResponse:
    """What can be asked here, and what must still be asked by writing."""
    return render(request, "requests/centre.html", {"kinds": KINDS.values(), "not_built": NOT_BUILT})


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, kind: str) -> HttpResponse:
    """One question: which address. The reply is the same for every address."""
    if kind not in KINDS:
        raise Http404("no request of this kind can be made here")
    if request.method == "GET":
        return render(request, "requests/ask.html", {"kind": KINDS[kind]})
    address, said = request.POST.get("email", ""), request.POST.get("words", "")
    try:
        services.receive(kind, address[:400], said, now=ground.clock())
    except NotAnIdentifier:
        errors = [("email", "Enter an e-mail address, such as name@example.com")]
        context = {
            "kind": KINDS[kind],
            "errors": errors,
            "error": errors[0][1],
            "address": address[:400],
            "words": said,
        }
        return render(request, "requests/ask.html", context, status=422)
    return HttpResponseRedirect(reverse("requests:asked", args=[kind]))


@require_GET
def asked(request: HttpRequest, kind: str) -> HttpResponse:
    """Look in your mail: the same page for everyone."""
    if kind not in KINDS:
        raise Http404("no request of this kind can be made here")
    return render(request, "requests/asked.html", {"kind": KINDS[kind]})


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail. Opening it changes nothing (mail scanners open links); the button does."""
    now = ground.clock()
    try:
        found = services.peek(token, now) if request.method == "GET" else services.prove(token, now)
    except BadLink as problem:
        return _private(render(request, "requests/bad_link.html", {"problem": str(problem)}, status=410))
    page = "requests/confirm.html" if request.method == "GET" else "requests/confirmed.html"
    return _private(render(request, page, {"kind": KINDS[found.kind], "asked": found}))


@never_cache
@require_GET
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The answer page: what each system said, and how to fetch package or proof."""
    shown = queries.answer_page(token, ground.clock())
    if shown is None:
        problem = "this link is not valid any more"
        return _private(render(request, "requests/bad_link.html", {"problem": problem}, status=410))
    context = {"shown": shown, "token": token, "lines": [words.line(tally) for tally in shown.tallies]}
    return _private(render(request, "requests/answer.html", context))


@never_cache
@require_POST
def code(request: HttpRequest, token: str) -> HttpResponse:
    """Send the code of the second check."""
    try:
        services.send_code(token, ground.clock())
    except BadLink as problem:
        return _private(render(request, "requests/bad_link.html", {"problem": str(problem)}, status=410))
    return _private(render(request, "requests/code.html", {"token": token}))


@never_cache
@require_POST
def package(request: HttpRequest, token: str) -> HttpResponse:
    """The package, once the code is right. Never shown inline."""
    try:
        found, content = services.fetch_package(token, request.POST.get("code", "")[:16], ground.clock())
    except BadLink as problem:
        said = capfirst(str(problem))
        context = {"token": token, "error": said, "errors": [("code", said)]}
        return _private(render(request, "requests/code.html", context, status=422))
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="answer-{found.reference}.zip"'
    return _private(response)


@never_cache
@require_GET
def proof(request: HttpRequest, token: str) -> HttpResponse:
    """The proof of absence as a file."""
    found = queries.request_of_answer_link(token, ground.clock())
    shown = services.proof_of(found, ground.clock()) if found else None
    if found is None or shown is None:
        raise Http404("there is no proof behind this link")
    response = JsonResponse(shown, json_dumps_params={"indent": 2})
    response["Content-Disposition"] = f'attachment; filename="proof-{found.reference}.json"'
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    # the address is a secret; not `no-referrer`: browsers then send `Origin: null`, and no form of the page would pass
    response["Referrer-Policy"] = "strict-origin"
    return response
