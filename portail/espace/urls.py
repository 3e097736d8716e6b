from django.urls import path

from portail.espace import accueil, agenda, enfants, partage, reglages

app_name = "espace"
urlpatterns = [
    path("mon-espace/", accueil.accueil, name="accueil"),
    path("mon-espace/passees/", accueil.passees, name="passees"),
    path("mon-espace/suivis/", accueil.lieux, name="lieux"),
    path("mon-espace/suivis/maisons/<slug:slug>/", accueil.suivre_maison, name="suivre_maison"),
    path("mon-espace/suivis/communes/<slug:code_insee>/", accueil.suivre_commune, name="suivre_commune"),
    path("mon-espace/enfants/", enfants.enfant_ajouter, name="enfant_ajouter"),
    path("mon-espace/enfants/<int:pk>/", enfants.enfant, name="enfant"),
    path("mon-espace/enfants/<int:pk>/modifier/", enfants.enfant_modifier, name="enfant_modifier"),
    path("mon-espace/enfants/<int:pk>/retirer/", enfants.enfant_retirer, name="enfant_retirer"),
    path("mon-espace/enfants/<int:pk>/rappels/<slug:code>/", enfants.rappel, name="rappel"),
    path("mon-espace/reglages/", reglages.reglages, name="reglages"),
    path("mon-espace/reglages/agenda/", reglages.agenda, name="agenda"),
    path("mon-espace/reglages/telephone/", reglages.telephone, name="telephone"),
    path("mon-espace/reglages/telephone/code/", reglages.telephone_code, name="telephone_code"),
    path("mon-espace/reglages/telephone/oublier/", reglages.telephone_oublier, name="telephone_oublier"),
    path("mon-espace/tout-arreter/", reglages.tout_arreter, name="tout_arreter"),
    path("mon-espace/reprendre/", reglages.reprendre, name="reprendre"),
    path("mon-espace/partage/", partage.partage, name="partage"),
    path("mon-espace/partage/<int:pk>/cesser/", partage.partage_cesser, name="partage_cesser"),
    path("mon-espace/partage/invitations/<int:pk>/", partage.invitation_retirer, name="invitation_retirer"),
    path("mon-espace/accords/", partage.mes_accords, name="accords"),
    path("mon-espace/accords/<int:pk>/retirer/", partage.accord_retirer, name="accord_retirer"),
    # For whoever holds the link of a message, or of a calendar.
    path("i/<str:jeton>/", partage.invitation, name="invitation"),
    path("i/<str:jeton>/accepter/", partage.invitation_accepter, name="invitation_accepter"),
    path("agenda-prive/<str:jeton>.ics", agenda.agenda_ics, name="agenda_ics"),
]
