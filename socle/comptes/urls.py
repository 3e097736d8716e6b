"""Before allauth's own addresses: ours, and those of its pages that we answer otherwise."""

from django.urls import path, re_path

from socle.comptes import vues

urlpatterns = [
    path("", vues.mon_compte, name="mon_compte"),
    path("protection/", vues.proteger_compte, name="proteger_compte"),
    path("sessions/fermer/", vues.fermer_sessions, name="fermer_sessions"),
    path("login/code/", vues.DemanderCode.as_view()),
    path("login/code/confirm/", vues.ConfirmerCode.as_view()),
    path("login/identite/oublier/", vues.oublier_identite, name="oublier_identite"),
    path("2fa/", vues.vers_mon_compte),
    path("2fa/webauthn/", vues.vers_mon_compte),
    path("2fa/totp/activate/", vues.ActiverApplication.as_view()),
    path("2fa/totp/deactivate/", vues.RetirerApplication.as_view()),
    path("2fa/webauthn/add/", vues.AjouterCle.as_view()),
    path("2fa/webauthn/keys/<int:pk>/remove/", vues.RetirerCle.as_view()),
    # One address an account, given with the invitation.
    path("email/", vues.vers_mon_compte),
    path("signup/", vues.vers_mon_compte),
    path("password/set/", vues.vers_mon_compte),
    re_path(r"^confirm-email/", vues.vers_mon_compte),
]
