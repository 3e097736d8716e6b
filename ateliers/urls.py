from django.urls import path

from ateliers.views import agenda, flux, groupe, inscription, porte, reservation, seance

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
    path("r/<str:jeton>/seance.ics", reservation.reservation_ics, name="reservation_ics"),
    path("r/<str:jeton>/la/", porte.reservation_la, name="reservation_la"),
    # A family's own page about its group; short for the same reason.
    path("g/<str:jeton>/", groupe.mon_groupe, name="mon_groupe"),
    # On the poster of the door, for the time of one session.
    path("ici/<str:jeton>/", porte.porte, name="porte"),
    path("mes-reservations/", reservation.mes_reservations, name="mes_reservations"),
]
