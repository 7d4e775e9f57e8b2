"""The package's own pages under `account/`, and around them the pages of this site."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path
from two_factor.urls import urlpatterns as two_factor

from . import hooks, policy, views

urlpatterns = [
    path("", views.home, name="home"),
    # Before the package's own, which it replaces.
    path("account/two_factor/setup/", policy.Setup.as_view()),
    path("", include(two_factor)),
    path("account/logout/", LogoutView.as_view(), name="logout"),
    path("account/tokens/", views.tokens),
    path("hooks/provision/", hooks.provision),
    path("hooks/unlock/", hooks.unlock),
    path("hooks/reset_factors/", hooks.reset_factors),
]
