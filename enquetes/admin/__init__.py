"""The team's pages: write a questionnaire, lead a campaign, read texts and results."""

from enquetes.admin import campagnes, questionnaires, textes

__all__ = ["campagnes", "questionnaires", "textes"]
