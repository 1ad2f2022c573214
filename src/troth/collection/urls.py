from django.urls import path

from troth.collection import views

app_name = "collection"
urlpatterns = [
    path("forms/", views.index, name="index"),
    path("forms/<slug:touchpoint>/", views.form_page, name="form"),
    path("forms/<slug:touchpoint>/sent/<str:sent>/", views.thanks, name="thanks"),
]
