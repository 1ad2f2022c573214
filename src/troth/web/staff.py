"""Who may enter the console: staff, by password or by a link that works once."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

import sesame.utils
from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from troth import ground
from troth.evidence import services as evidence

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody makes a staff account on a web page: `troth staff add` does."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False


def staff_only(view: View[P]) -> View[P]:
    """The one door of the console: strangers go to the sign-in page, other accounts get 403; nothing is cached."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(guarded)


def add(email: str) -> User:
    """The staff account of an address, made if there is none; it has no password until one is set."""
    users = get_user_model().objects
    with transaction.atomic():
        user, fresh = users.get_or_create(username=email.lower(), defaults={"email": email.lower(), "is_staff": True})
        if fresh:
            user.set_unusable_password()
        user.is_staff = user.is_active = True
        user.save()
    return user


def link(email: str) -> str:
    """An address that signs this member of staff in once. Raises LookupError if there is none of that address."""
    user = get_user_model().objects.filter(username=email.lower(), is_staff=True, is_active=True).first()
    if user is None:
        raise LookupError("no such member of staff: add the address first with `troth staff add`")
    query = urlencode({"token": sesame.utils.get_token(user)})
    return f"{ground.settings().public_url}{reverse('console-enter')}?{query}"


@never_cache
@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in by a one-time link. The row lock makes two uses at once one use."""
    with transaction.atomic():
        list(get_user_model().objects.select_for_update().filter(is_staff=True).values_list("pk"))
        user = sesame.utils.get_user(request.GET.get("token", ""), update_last_login=False)
        if user is None or not user.is_staff:
            return render(request, "web/enter_failed.html", status=403)
        login(request, user)
    return redirect("console-overview")


def note_sign_in(request: HttpRequest | None, user: User, **_: Any) -> None:
    """Signal receiver: each sign-in is an entry of the evidence log."""
    by_link = request is not None and request.path == reverse("console-enter")
    with transaction.atomic():
        facts = {"staff": str(user.pk), "how": "link" if by_link else "password"}
        evidence.append("staff.signed_in", facts=facts, at=ground.clock())


def listen() -> None:
    user_logged_in.connect(note_sign_in, dispatch_uid="troth-staff-signed-in")
