"""What an account holder has beside bookings: a family, wishes, a calendar address. It all goes with the account."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from familles.enums import ChoixCanal, GenreAcces
from familles.models.calendrier import Jalon
from familles.models.familles import Enfant, Famille
from maisons.models import Maison
from socle.models import Utilisateur

_PAR_SMS = [ChoixCanal.SMS, ChoixCanal.LES_DEUX]


class ProfilParent(models.Model):
    """How an account holder wants to be told. Without a row: by e-mail, in French."""

    # CASCADE, here and below: a wish is nobody's once the account is gone.
    utilisateur = models.OneToOneField(
        Utilisateur, verbose_name=_("compte"), on_delete=models.CASCADE, related_name="profil_parent"
    )
    langue = models.CharField(_("langue des messages"), max_length=10, default="fr")
    # Only a number whose owner typed the code sent to it: bookings are found again by it.
    telephone = PhoneNumberField(_("téléphone mobile"), blank=True)
    telephone_prouve_le = models.DateTimeField(_("numéro confirmé le"), null=True, blank=True)
    canal_seances = models.CharField(
        _("rappels des séances"), max_length=8, choices=ChoixCanal, default=ChoixCanal.EMAIL
    )
    canal_entretiens = models.CharField(
        _("rappels des entretiens"), max_length=8, choices=ChoixCanal, default=ChoixCanal.EMAIL
    )

    class Meta:
        verbose_name = _("préférences d'un parent")
        verbose_name_plural = _("préférences des parents")
        constraints = [
            models.CheckConstraint(
                name="profil_parent_telephone",
                condition=Q(telephone="", telephone_prouve_le__isnull=True)
                | (~Q(telephone="") & Q(telephone_prouve_le__isnull=False)),
            ),
            models.CheckConstraint(
                name="profil_parent_sms",
                condition=~Q(telephone="") | ~(Q(canal_seances__in=_PAR_SMS) | Q(canal_entretiens__in=_PAR_SMS)),
                violation_error_message=_("Confirmez d'abord votre numéro de mobile pour recevoir des SMS."),
            ),
        ]
        indexes = [
            models.Index(name="profil_parent_telephone_i", fields=["telephone"], condition=~Q(telephone="")),
        ]

    def __str__(self) -> str:
        return str(self.utilisateur_id)


class AccesFamille(models.Model):
    """That an account is of a family: it opens the children, never what a contact it did not prove has booked."""

    utilisateur = models.ForeignKey(
        Utilisateur, verbose_name=_("compte"), on_delete=models.CASCADE, related_name="acces_familles"
    )
    famille = models.ForeignKey(Famille, verbose_name=_("famille"), on_delete=models.CASCADE, related_name="acces")
    genre = models.CharField(_("à titre de"), max_length=10, choices=GenreAcces)
    # What the other's contact booked for a session that was over by then is not shown.
    depuis = models.DateTimeField(_("depuis le"))

    class Meta:
        verbose_name = _("accès à une famille")
        verbose_name_plural = _("accès aux familles")
        constraints = [
            models.UniqueConstraint(name="acces_famille_unique", fields=["utilisateur", "famille"]),
            models.UniqueConstraint(
                name="acces_famille_un_titulaire", fields=["famille"], condition=Q(genre=GenreAcces.TITULAIRE)
            ),
            models.UniqueConstraint(
                name="acces_famille_une_sienne", fields=["utilisateur"], condition=Q(genre=GenreAcces.TITULAIRE)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.utilisateur_id} → {self.famille_id}"


class InvitationCoparentQuerySet(models.QuerySet["InvitationCoparent"]):
    def ouvertes(self, *, maintenant: datetime) -> InvitationCoparentQuerySet:
        return self.filter(acceptee_le=None, retiree_le=None, expire_le__gt=maintenant)


class InvitationCoparent(models.Model):
    """A family offered to the other parent: a link by e-mail that serves once, for that address alone."""

    famille = models.ForeignKey(
        Famille, verbose_name=_("famille"), on_delete=models.CASCADE, related_name="invitations_coparent"
    )
    par = models.ForeignKey(
        Utilisateur, verbose_name=_("par"), on_delete=models.CASCADE, related_name="invitations_coparent"
    )
    email = models.EmailField(_("e-mail"), max_length=254)
    cree_le = models.DateTimeField(_("envoyée le"))
    expire_le = models.DateTimeField(_("expire le"))
    acceptee_le = models.DateTimeField(_("acceptée le"), null=True, blank=True)
    retiree_le = models.DateTimeField(_("retirée le"), null=True, blank=True)

    objects = InvitationCoparentQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation d'un coparent")
        verbose_name_plural = _("invitations de coparents")
        constraints = [
            models.UniqueConstraint(
                name="invitation_coparent_unique",
                fields=["famille", "email"],
                condition=Q(acceptee_le__isnull=True, retiree_le__isnull=True),
            ),
            models.CheckConstraint(
                name="invitation_coparent_une_fin", condition=Q(acceptee_le__isnull=True) | Q(retiree_le__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class MaisonSuivie(models.Model):
    """A house whose next sessions an account holder wants at hand."""

    utilisateur = models.ForeignKey(
        Utilisateur, verbose_name=_("compte"), on_delete=models.CASCADE, related_name="maisons_suivies"
    )
    maison = models.ForeignKey(Maison, verbose_name=_("maison"), on_delete=models.PROTECT, related_name="+")
    depuis = models.DateTimeField(_("depuis le"))

    class Meta:
        verbose_name = _("maison suivie")
        verbose_name_plural = _("maisons suivies")
        constraints = [models.UniqueConstraint(name="maison_suivie_unique", fields=["utilisateur", "maison"])]

    def __str__(self) -> str:
        return f"{self.utilisateur_id} → {self.maison_id}"


class FluxParent(models.Model):
    """The address of one's calendar: its signed link names this row, so that taking the row away revokes it."""

    utilisateur = models.OneToOneField(
        Utilisateur, verbose_name=_("compte"), on_delete=models.CASCADE, related_name="flux"
    )
    cree_le = models.DateTimeField(_("créé le"))

    class Meta:
        verbose_name = _("agenda privé")
        verbose_name_plural = _("agendas privés")

    def __str__(self) -> str:
        return str(self.pk)


class RappelEntretien(models.Model):
    """A wish to be told, once, when the window of an interview opens. When that is follows from the child's date."""

    utilisateur = models.ForeignKey(
        Utilisateur, verbose_name=_("compte"), on_delete=models.CASCADE, related_name="rappels_entretiens"
    )
    enfant = models.ForeignKey(Enfant, verbose_name=_("enfant"), on_delete=models.CASCADE, related_name="rappels")
    jalon = models.ForeignKey(Jalon, verbose_name=_("repère"), on_delete=models.PROTECT, related_name="+")
    demande_le = models.DateTimeField(_("demandé le"))

    class Meta:
        verbose_name = _("rappel d'entretien")
        verbose_name_plural = _("rappels d'entretiens")
        constraints = [
            models.UniqueConstraint(name="rappel_entretien_unique", fields=["utilisateur", "enfant", "jalon"])
        ]

    def __str__(self) -> str:
        return str(self.pk)
