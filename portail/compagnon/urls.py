from django.urls import path

from portail.compagnon import articles, bien_etre, calendrier

app_name = "compagnon"
urlpatterns = [
    path("calendrier/", calendrier.calendrier, name="calendrier"),
    path("calendrier/reperes/<slug:code>/", calendrier.repere, name="repere"),
    path("ressources/", articles.ressources, name="ressources"),
    path("ressources/<slug:slug>/", articles.article, name="article"),
    path("bien-etre/", bien_etre.bien_etre, name="bien_etre"),
    path("bien-etre/pres-de-chez-moi/", bien_etre.aide, name="aide"),
    path("bien-etre/questions/<slug:code>/", bien_etre.questionnaire, name="questionnaire"),
    path("etre-rappele/", bien_etre.etre_rappele, name="etre_rappele"),
]
