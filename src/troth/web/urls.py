"""Every address. Rooms bring their own, whole; this file only gathers them."""

from importlib import import_module
from importlib.util import find_spec

from allauth.account import views as account
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import StringConverter

from troth.web import notice, public, staff
from troth.web.console import (
    checks,
    connectors,
    evidence,
    overview,
    people,
    policy,
    policy_versions,
    requests,
    reviews,
    styleguide,
    system_settings,
    systems,
    tasks,
)
from troth.web.notice_forms import FORMS

ROOMS = ("publishing", "collection", "requests", "sharing", "messages", "verification", "retention")


class Tongue(StringConverter):
    """A language tag, `de` or `pt-BR`: too short to be the name of a page."""

    regex = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"


class Form(StringConverter):
    """What a file of the notice is called at its end."""

    regex = "|".join(FORMS)


register_converter(Tongue, "tongue")
register_converter(Form, "form")


def healthz(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("", public.home, name="home"),
    path("notice/", notice.in_force, name="notice"),
    path("notice/changes/", notice.changes, name="notice-changes"),
    path("notice/changes/<tongue:language>/", notice.changes, name="notice-changes-in"),
    path("notice/<tongue:language>/", notice.in_force, name="notice-in"),
    path("notice/<int:number>/", notice.numbered, name="notice-version"),
    path("notice/<int:number>/<tongue:language>/", notice.numbered, name="notice-version-in"),
    path("notice.<form:kind>", notice.form, name="notice-file-in-force"),
    path("notice/<tongue:language>.<form:kind>", notice.form, name="notice-file-in-force-in"),
    path("notice/<int:number>.<form:kind>", notice.form, name="notice-file"),
    path("notice/<int:number>/<tongue:language>.<form:kind>", notice.form, name="notice-file-in"),
    path("console/", overview.show, name="console-overview"),
    path("console/login/", account.login, name="account_login"),
    path("console/logout/", account.logout, name="account_logout"),
    path("console/inactive/", account.account_inactive, name="account_inactive"),
    path("console/enter/", staff.enter, name="console-enter"),
    path("console/policy/", policy.table, name="console-policy"),
    path("console/policy/clauses/", policy.clauses, name="console-clauses"),
    path("console/policy/assumptions/", policy.assumptions, name="console-assumptions"),
    path("console/policy/gaps/", policy.gaps, name="console-gaps"),
    path("console/policy/versions/", policy_versions.index, name="console-versions"),
    path("console/policy/versions/changes/", policy_versions.changes, name="console-version-changes"),
    path("console/tasks/", tasks.index, name="console-tasks"),
    path("console/tasks/<uuid:task_id>/", tasks.one, name="console-task"),
    path("console/requests/", requests.index, name="console-requests"),
    path("console/requests/<uuid:request_id>/", requests.one, name="console-request"),
    path("console/people/", people.index, name="console-people"),
    path("console/people/<uuid:person_id>/", people.one, name="console-person"),
    path("console/systems/", systems.index, name="console-systems"),
    path("console/systems/connectors/", connectors.index, name="console-connectors"),
    path("console/systems/connect/", system_settings.choose, name="console-system-add"),
    path("console/systems/connect/<slug:connector>/", system_settings.add, name="console-system-add-one"),
    path("console/systems/at/<str:name>/", systems.one, name="console-system"),
    path("console/systems/at/<str:name>/test/", systems.test, name="console-system-test"),
    path("console/systems/at/<str:name>/resume/", systems.resume, name="console-system-resume"),
    path("console/systems/at/<str:name>/settings/", system_settings.edit, name="console-system-edit"),
    path("console/systems/at/<str:name>/disconnect/", system_settings.disconnect, name="console-system-remove"),
    path("console/evidence/", evidence.index, name="console-evidence"),
    path("console/evidence/sign/", evidence.sign, name="console-evidence-sign"),
    path("console/evidence/bundle/", evidence.bundle, name="console-evidence-bundle"),
    path("console/checks/", checks.index, name="console-checks"),
    path("console/checks/run/", checks.run_now, name="console-checks-run"),
    path("console/checks/<slug:check>/", checks.one, name="console-check"),
    path("console/reviews/", reviews.index, name="console-reviews"),
    path("console/reviews/dry-run/", reviews.dry_run, name="console-reviews-dry-run"),
    path("console/reviews/<uuid:record_id>/keep/", reviews.keep, name="console-review-keep"),
    path("console/reviews/<uuid:record_id>/", reviews.let_go, name="console-review"),
    path("console/styleguide/", styleguide.show, name="console-styleguide"),
]
urlpatterns += [path("", include(f"troth.{room}.urls")) for room in ROOMS if find_spec(f"troth.{room}.urls")]
if find_spec("troth.collection.api"):
    urlpatterns.append(path("api/v1/", import_module("troth.collection.api").api.urls))
