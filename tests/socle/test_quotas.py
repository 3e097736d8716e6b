"""Limits per network address, and forms without a cookie."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from socle.models import QuotaDebit
from socle.origine import vient_d_ailleurs
from socle.quotas import adresse_client, consommer, purger

MIDI = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


def requete(**meta: Any) -> HttpRequest:
    return RequestFactory().post("/", **meta)


@pytest.mark.django_db
class TestConsommer:
    def test_refuses_past_the_limit_until_the_next_hour(self) -> None:
        reponses = [consommer(usage="x", origine="192.0.2.1", limite=2, maintenant=MIDI) for _ in range(3)]

        assert reponses == [True, True, False]
        assert consommer(usage="x", origine="192.0.2.1", limite=2, maintenant=MIDI + timedelta(minutes=30))

    def test_counts_each_use_and_origin_apart(self) -> None:
        assert consommer(usage="x", origine="192.0.2.1", limite=1, maintenant=MIDI)
        assert consommer(usage="y", origine="192.0.2.1", limite=1, maintenant=MIDI)
        assert consommer(usage="x", origine="192.0.2.2", limite=1, maintenant=MIDI)

    def test_keeps_no_address(self) -> None:
        consommer(usage="x", origine="192.0.2.1", limite=1, maintenant=MIDI)

        assert "192" not in QuotaDebit.objects.get().cle
        assert len(QuotaDebit.objects.get().cle) == 64

    def test_forgets_what_is_over(self) -> None:
        consommer(usage="x", origine="192.0.2.1", limite=1, maintenant=MIDI)

        assert purger(maintenant=MIDI + timedelta(minutes=10)) == 0
        assert purger(maintenant=MIDI + timedelta(hours=1)) == 1


class TestAdresse:
    @pytest.mark.parametrize(
        ("adresse", "origine"),
        [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            ("", ""),
            ("unix:", ""),
        ],
    )
    def test_a_subscriber_is_one_origin(self, adresse: str, origine: str) -> None:
        assert adresse_client(requete(REMOTE_ADDR=adresse)) == origine

    def test_forwarded_addresses_are_read_from_trusted_proxies_only(self, settings: Any) -> None:
        demande = requete(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 192.0.2.7, 10.0.0.2")

        attendues = {0: "10.0.0.1", 1: "10.0.0.2", 2: "192.0.2.7", 9: "10.0.0.1"}
        for proxys, origine in attendues.items():
            settings.PROXYS_DE_CONFIANCE = proxys
            assert adresse_client(demande) == origine


class TestOrigine:
    @pytest.mark.parametrize(
        ("entetes", "ailleurs"),
        [
            ({}, False),
            ({"sec-fetch-site": "same-origin"}, False),
            ({"sec-fetch-site": "none"}, False),
            ({"sec-fetch-site": "same-site"}, True),
            ({"sec-fetch-site": "cross-site"}, True),
            ({"origin": "http://testserver"}, False),
            ({"origin": "https://ailleurs.exemple"}, True),
            ({"origin": "null"}, True),
        ],
        ids=str,
    )
    def test_who_sends_a_form(self, entetes: dict[str, str], ailleurs: bool) -> None:
        assert vient_d_ailleurs(RequestFactory().post("/", headers=entetes)) is ailleurs
