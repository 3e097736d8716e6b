from django.urls import path

from ateliers.views import agenda, flux, groupes, inscription, mon_groupe, porte, reservation, seance
from ateliers.views import mon_groupe_actes as actes

app_name = "ateliers"

urlpatterns = [
    path("agenda/", agenda.agenda, name="agenda"),
    path("agenda.ics", flux.agenda_ics, name="agenda_ics"),
    path("maisons/<slug:slug>/agenda.ics", flux.maison_ics, name="maison_ics"),
    path("seances/<uuid:reference>/", seance.seance, name="seance"),
    path("seances/<uuid:reference>/seance.ics", flux.seance_ics, name="seance_ics"),
    path("seances/<uuid:reference>/lieu.geojson", seance.seance_repere, name="seance_repere"),
    path("seances/<uuid:reference>/inscription/", inscription.seance_inscription, name="seance_inscription"),
    path("seances/<uuid:reference>/inscription/deja/", inscription.inscription_deja, name="inscription_deja"),
    # Short: these go in text messages.
    path("r/<str:jeton>/", reservation.ma_reservation, name="ma_reservation"),
    path("r/<str:jeton>/faite/", reservation.inscription_faite, name="inscription_faite"),
    path("r/<str:jeton>/nombre/", reservation.reservation_nombre, name="reservation_nombre"),
    path("r/<str:jeton>/annuler/", reservation.reservation_annuler, name="reservation_annuler"),
    path("r/<str:jeton>/accepter/", reservation.reservation_accepter, name="reservation_accepter"),
    path("r/<str:jeton>/prendre/", reservation.reservation_prendre, name="reservation_prendre"),
    path("r/<str:jeton>/sms/", reservation.reservation_sms, name="reservation_sms"),
    path("r/<str:jeton>/langue/", reservation.reservation_langue, name="reservation_langue"),
    path("r/<str:jeton>/avis/", reservation.reservation_avis, name="reservation_avis"),
    path("r/<str:jeton>/donnees/", reservation.reservation_donnees, name="reservation_donnees"),
    path("r/<str:jeton>/seance.ics", reservation.reservation_ics, name="reservation_ics"),
    path("r/<str:jeton>/la/", porte.reservation_la, name="reservation_la"),
    # A family's own page about its group; short for the same reason.
    # On the poster of the door, for the time of one session.
    path("ici/<str:jeton>/", porte.porte, name="porte"),
    path("groupes/chercher/", groupes.groupes_chercher, name="groupes_chercher"),
    path("groupes/demande/", groupes.groupe_demande, name="groupe_demande"),
    path("groupes/demande/deja/", groupes.groupe_demande_deja, name="groupe_demande_deja"),
    # A family's own page, from its request to the end of its group. Short too.
    path("g/<str:jeton>/", mon_groupe.mon_groupe, name="mon_groupe"),
    path("g/<str:jeton>/rencontres.ics", mon_groupe.mon_groupe_ics, name="mon_groupe_ics"),
    path("g/<str:jeton>/repondre/", actes.groupe_repondre, name="groupe_repondre"),
    path("g/<str:jeton>/souhait/", actes.groupe_souhaiter, name="groupe_souhaiter"),
    path("g/<str:jeton>/retirer/", actes.groupe_retirer, name="groupe_retirer"),
    path("g/<str:jeton>/rencontres/<uuid:reference>/", actes.groupe_rencontre, name="groupe_rencontre"),
    path("g/<str:jeton>/rencontres/<uuid:reference>/la/", actes.groupe_la, name="groupe_la"),
    path("g/<str:jeton>/prenom/", actes.groupe_prenom, name="groupe_prenom"),
    path("g/<str:jeton>/themes/", actes.groupe_themes, name="groupe_themes"),
    path("g/<str:jeton>/themes/<int:pk>/", actes.groupe_vote, name="groupe_vote"),
    path("g/<str:jeton>/quitter/", actes.groupe_quitter, name="groupe_quitter"),
    path("g/<str:jeton>/questions/", actes.groupe_bilan, name="groupe_bilan"),
    path("g/<str:jeton>/naissance/", actes.groupe_naissance, name="groupe_naissance"),
    path("g/<str:jeton>/arreter/", actes.groupe_arreter, name="groupe_arreter"),
    path("g/<str:jeton>/reprendre/", actes.groupe_reprendre, name="groupe_reprendre"),
    path("g/<str:jeton>/langue/", actes.groupe_langue, name="groupe_langue"),
    path("mes-reservations/", reservation.mes_reservations, name="mes_reservations"),
]
