"""PDFs fetch our own static files and nothing else: no file of the machine, no host."""

from __future__ import annotations

import pytest

from socle.pdf import AdresseRefusee, FichiersStatiques, rendre


class TestFichiersStatiques:
    def test_our_style_sheet(self) -> None:
        reponse = FichiersStatiques().fetch("statique:///css/pdf.css")
        assert b"@page" in reponse.read()
        assert reponse.content_type == "text/css"

    @pytest.mark.parametrize(
        "adresse",
        [
            "file:///etc/passwd",
            "http://127.0.0.1/",
            "https://exemple.fr/x.css",
            "ftp://exemple.fr/x.css",
            "data:text/css,a{}",
            "statique:///../manage.py",
            "statique:///css/../../portail/settings/base.py",
            "statique:////etc/passwd.css",
            "statique:///absente.css",
            "statique://hote/css/pdf.css",
            "statique:///js/portail.js",
            "css/pdf.css",
        ],
    )
    def test_nothing_else(self, adresse: str) -> None:
        with pytest.raises(AdresseRefusee):
            FichiersStatiques().fetch(adresse)


class TestRendre:
    def test_a_document_that_asks_for_a_file_gets_nothing_of_it(
        self, tmp_path: object, settings: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        demandees: list[str] = []
        lire = FichiersStatiques.fetch

        def noter(self: FichiersStatiques, url: str, headers: dict[str, str] | None = None) -> object:
            demandees.append(url)
            return lire(self, url, headers)

        monkeypatch.setattr(FichiersStatiques, "fetch", noter)
        monkeypatch.setattr(
            "socle.pdf.render_to_string",
            lambda *_: '<html lang="fr"><title>t</title><h1>t</h1><img alt="x" src="file:///etc/passwd"></html>',
        )
        assert rendre("sans-importance.html", {}).startswith(b"%PDF")
        assert demandees == ["file:///etc/passwd"]
