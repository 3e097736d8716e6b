"""Form renderer: {{ form }} and {{ form.champ.as_field_group }} give the portal's accessible markup everywhere."""

from django.forms.renderers import TemplatesSetting


class RenduFormulaires(TemplatesSetting):
    """FORM_RENDERER = "socle.rendu.RenduFormulaires"; needs "django.forms" in INSTALLED_APPS."""

    form_template_name = "composants/formulaire.html"
    field_template_name = "composants/champ.html"
