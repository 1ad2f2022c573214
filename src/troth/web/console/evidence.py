"""The evidence log: what it says, what it was signed at, and a copy for anyone who wants to check it."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from troth import ground
from troth.evidence import queries, services
from troth.evidence.signing import UnusableSigningKey
from troth.evidence.values import LogDamaged
from troth.web.console import acts
from troth.web.console.paging import PAGE, address, cut
from troth.web.staff import staff_only

LONGEST_PSEUDONYM = 128


@staff_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The latest checkpoint and the entries, newest first, of one kind or one pseudonym."""
    kind = request.GET.get("kind", "").strip()
    person = request.GET.get("person", "").strip().lower()[:LONGEST_PSEUDONYM]
    before = request.GET.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) <= 18):
        return HttpResponseBadRequest("not a place in the log; start from its newest entry")
    found = queries.entries(person or None, kind or None, int(before) if before else None, PAGE + 1)
    lines, last = cut(found, PAGE)
    here = {"kind": kind, "person": person}
    context = {
        **here,
        "lines": acts.lines(lines),
        "more": address(reverse("console-evidence"), **here, before=last.id) if last else "",
        "kinds": queries.kinds(),
        "checkpoint": queries.latest_checkpoint(),
        "size": queries.size(),
        "key": _key(),
        "now": ground.clock(),
    }
    return render(request, "web/console/evidence.html", context)


@staff_only
@require_POST
def sign(request: HttpRequest) -> HttpResponse:
    """Sign the log as it stands."""
    try:
        signed = services.checkpoint(ground.clock())
    except (LogDamaged, UnusableSigningKey) as problem:
        messages.error(request, f"{problem}.")
    else:
        messages.success(
            request, f"the log is signed at {signed.size:,} entries. Give the note to someone who keeps it."
        )
    return redirect("console-evidence")


@staff_only
@require_POST
def bundle(request: HttpRequest) -> HttpResponseBase:
    """The whole log up to a fresh checkpoint, as a file that can be checked without us."""
    now = ground.clock()
    try:
        with tempfile.TemporaryDirectory(prefix="troth-bundle-") as folder:
            # an open file outlives its name: nothing is left behind, however the download ends
            written = services.export_bundle(Path(folder) / "evidence.zip", now).open("rb")
    except (LogDamaged, UnusableSigningKey) as problem:
        messages.error(request, f"{problem}.")
        return redirect("console-evidence")
    name = f"troth-evidence-{now:%Y-%m-%d-%H%M}.zip"
    return FileResponse(written, as_attachment=True, filename=name, content_type="application/zip")


def _key() -> str:
    """The verifier key; empty where the key file cannot be used, which the page then says."""
    try:
        return queries.public_key()
    except (UnusableSigningKey, OSError):
        return ""
