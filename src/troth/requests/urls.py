from django.urls import path

from troth.requests import views

app_name = "requests"
urlpatterns = [
    path("privacy/", views.centre, name="centre"),
    path("privacy/ask/<slug:kind>/", views.ask, name="ask"),
    path("privacy/ask/<slug:kind>/sent/", views.asked, name="asked"),
    path("privacy/confirm/<str:token>/", views.confirm, name="confirm"),
    path("privacy/answer/<str:token>/", views.answer, name="answer"),
    path("privacy/answer/<str:token>/code/", views.code, name="code"),
    path("privacy/answer/<str:token>/package/", views.package, name="package"),
    path("privacy/answer/<str:token>/proof/", views.proof, name="proof"),
]
