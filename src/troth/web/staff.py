"""Who may enter the console: staff, by password or by a link that works once."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

import sesame.utils
from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied, ValidationError
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
    name = email.lower()
    with transaction.atomic():
        user, fresh = get_user_model().objects.get_or_create(username=name, defaults={"email": name})
        if fresh:
            user.set_unusable_password()
        if not (user.is_staff and user.is_active) or fresh:
            _note("staff.added", user)
        user.is_staff = user.is_active = True
        user.save()
    return user


def find(email: str) -> User:
    """The member of staff of this address. Raises LookupError if there is none, or the account is closed."""
    user = get_user_model().objects.filter(username=email.lower(), is_staff=True, is_active=True).first()
    if user is None:
        raise LookupError("no such member of staff: add the address first with `troth staff add`")
    return user


def link(email: str) -> str:
    """An address that signs this member of staff in once. Raises LookupError like `find`."""
    user = find(email)
    with transaction.atomic():
        _note("staff.link_made", user)
    query = urlencode({"token": sesame.utils.get_token(user)})
    return f"{ground.settings().public_url}{reverse('console-enter')}?{query}"


def set_password(email: str, password: str) -> None:
    """Raises LookupError like `find`, ValueError with the reasons if the password is too weak."""
    user = find(email)
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise ValueError(" ".join(weak.messages)) from None
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        _note("staff.password_set", user)


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
        _note("staff.signed_in", user, how="link" if by_link else "password")


def _note(kind: str, user: User, **facts: str) -> None:
    """An evidence entry about a member of staff: their id, never their address."""
    evidence.append(kind, facts={"staff": str(user.pk), **facts}, at=ground.clock())


def listen() -> None:
    user_logged_in.connect(note_sign_in, dispatch_uid="troth-staff-signed-in")
