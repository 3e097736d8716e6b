"""Signing in, one's own account, second factors: allauth's pages and ours."""

from __future__ import annotations

from tests.droits.regles import Regle, Regles, compte


def a_l_entree(fait: int = 200, *, connecte: tuple[int, int] = (302, 302)) -> Regle:
    """For those who are not signed in; the others are led to their own pages."""
    return compte(*connecte, anonyme=(200, fait))


def toujours(vu: int, fait: int, *, cible: str = "") -> Regle:
    return compte(vu, fait, anonyme=(vu, fait), cible=cible)


# Our answer in the place of an allauth page, on its address.
AILLEURS = toujours(302, 302)

REGLES: Regles = {
    # Coming in, going out
    "account_login": a_l_entree(),
    "account_request_login_code": a_l_entree(),
    "account_confirm_login_code": AILLEURS,
    "compte/login/code/": a_l_entree(),
    "compte/login/code/confirm/": AILLEURS,
    "oublier_identite": toujours(405, 302),
    "mfa_authenticate": AILLEURS,
    "mfa_login_webauthn": AILLEURS,
    "account_logout": compte(200, 302),
    "account_inactive": toujours(200, 405),
    "fermer_sessions": compte(405, 302, anonyme=(405, 302)),
    # A password
    "account_reset_password": toujours(200, 200),
    "account_reset_password_done": toujours(200, 405),
    "account_reset_password_from_key": toujours(200, 200, cible="cle_mot_de_passe"),
    "account_reset_password_from_key_done": toujours(200, 405),
    "account_change_password": compte(200, 200),
    # One's account
    "mon_compte": compte(200, 405, anonyme=(302, 405), sans_facteur=(302, 405)),
    "proteger_compte": compte(302, 405, anonyme=(302, 405), sans_facteur=(200, 405), famille=(200, 405)),
    "account_reauthenticate": compte(200, 200),
    "mfa_reauthenticate": compte(302, 302),
    "mfa_reauthenticate_webauthn": compte(302, 302),
    # Second factors
    "compte/2fa/totp/activate/": compte(200, 200),
    "mfa_activate_totp": compte(200, 200),
    "compte/2fa/totp/deactivate/": compte(404, 404),
    "mfa_deactivate_totp": compte(404, 404),
    "compte/2fa/webauthn/add/": compte(200, 200),
    "mfa_add_webauthn": compte(200, 200),
    "compte/2fa/webauthn/keys/<int:pk>/remove/": compte(404, 404, cible="cle"),
    "mfa_remove_webauthn": compte(404, 404, cible="cle"),
    "mfa_edit_webauthn": compte(404, 404, cible="cle"),
    "mfa_view_recovery_codes": compte(404, 405),
    "mfa_generate_recovery_codes": compte(200, 200),
    "mfa_download_recovery_codes": compte(404, 404),
    # One address an account, opened by invitation
    **dict.fromkeys(["compte/2fa/", "mfa_index", "compte/2fa/webauthn/", "mfa_list_webauthn"], AILLEURS),
    **dict.fromkeys(["compte/email/", "account_email", "compte/signup/", "account_signup"], AILLEURS),
    **dict.fromkeys(["compte/password/set/", "account_set_password", "compte/^confirm-email/"], AILLEURS),
    "account_email_verification_sent": AILLEURS,
    "account_confirm_email": compte(302, 302, cible="inconnu"),
    # Identity providers, none of them configured
    "identite_publique_login": toujours(404, 404, cible="fournisseur"),
    "identite_publique_callback": toujours(404, 404, cible="fournisseur"),
    "socialaccount_connections": compte(200, 200),
    "socialaccount_signup": AILLEURS,
    "socialaccount_login_cancelled": toujours(200, 405),
    "socialaccount_login_error": toujours(401, 405),
    **dict.fromkeys(
        [f"compte/social/{page}/" for page in ("login/cancelled", "login/error", "signup", "connections")],
        toujours(301, 301),
    ),
}
