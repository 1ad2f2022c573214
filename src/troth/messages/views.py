"""The local mailbox page: letters that went nowhere, since no mail server is configured."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from troth import ground
from troth.messages import queries, rules

_PROXY_MARKS = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED",
    "HTTP_X_REAL",
    "HTTP_X_CLIENT",
    "HTTP_VIA",
    "HTTP_CF_",
    "HTTP_TRUE",
)
"""How the headers of proxies begin."""
SHOWN = 50


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Letters, the newest first; only for a browser on this very machine, else there is no such page."""
    if ground.settings().smtp_url or not _from_here(request):
        raise Http404
    public_url = ground.settings().public_url
    letters = [
        {"mail": mail, "paragraphs": rules.paragraphs(mail.text, public_url)} for mail in queries.mailbox(limit=SHOWN)
    ]
    return render(request, "messages/mailbox.html", {"letters": letters, "shown": SHOWN})


def _from_here(request: HttpRequest) -> bool:
    """Peer and host name are this machine's, and nothing passed the request on: a proxy's peer is local too."""
    if any(header.startswith(_PROXY_MARKS) for header in request.META):
        return False
    # a proxy may pass nothing on that tells of it; but then the address people use is not this machine's
    if not _this_machine(urlsplit(ground.settings().public_url).hostname or ""):
        return False
    host = request.get_host().rpartition(":")[0] if not request.get_host().endswith("]") else request.get_host()
    host = (host or request.get_host()).strip("[]")
    return _loopback(request.META.get("REMOTE_ADDR", "")) and _this_machine(host)


def _this_machine(host: str) -> bool:
    return host == "localhost" or _loopback(host)


def _loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback
