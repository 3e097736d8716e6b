from django.urls import path

from portail.mes_donnees import views

app_name = "donnees"
urlpatterns = [
    path("mon-espace/donnees/", views.mon_compte, name="mon_compte"),
    path("mon-espace/donnees/mes-donnees.<str:genre>", views.mon_compte_fichier, name="mon_compte_fichier"),
    path("mon-espace/donnees/effacer/", views.mon_compte_effacer, name="mon_compte_effacer"),
    path("mes-donnees/", views.demander, name="demander"),
    path("mes-donnees/effacees/", views.effacees, name="effacees"),
    path("mes-donnees/<str:cle>/", views.acces, name="acces"),
    path("mes-donnees/<str:cle>/mes-donnees.<str:genre>", views.acces_fichier, name="acces_fichier"),
    path("mes-donnees/<str:cle>/corriger/", views.acces_corriger, name="acces_corriger"),
    path("mes-donnees/<str:cle>/effacer/", views.acces_effacer, name="acces_effacer"),
]
