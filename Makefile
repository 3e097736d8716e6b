# The same targets for a person and for CI. `make help` lists them.

PYTHON ?= python3
PORT ?= 8000
PYTEST_ARGS ?=
BIN := .venv/bin
INSTALLER := portail/embarque/installer.py
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.PHONY: help install demo demo-reset test check bench lock \
	check-ruff check-djlint check-mypy check-imports check-migrations check-traductions check-conteneurs

help: ## Affiche cette aide
	@echo "Commandes :"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | \
		while IFS='|' read -r cible texte; do printf '%-18s %s\n' "$$cible" "$$texte"; done
	@echo "Variables : PORT=8000 (demo), PYTEST_ARGS=… (test), PYTHON=python3.12, DATABASE_URL, REDIS_URL"

install: ## Crée .venv et installe les paquets du verrou, si besoin
	@exec $(PYTHON) $(INSTALLER) installer

demo: ## Démarre le portail de démonstration (Ctrl-C l'arrête ; PORT= choisit le port)
	@exec $(PYTHON) $(INSTALLER) demo --port "$(PORT)"

demo-reset: ## Efface les données de démonstration ; la suivante repart de zéro
	@exec $(PYTHON) $(INSTALLER) demo-reset

test: ## Lance tous les tests, navigateur compris (PYTEST_ARGS= pour choisir)
	@exec $(PYTHON) $(INSTALLER) test $(PYTEST_ARGS)

bench: install ## Mesure le portail (tableau et bench/resultats.json)
	@$(BIN)/python -m bench.groupes
	@$(BIN)/python -m bench.indicateurs
	@$(BIN)/python -m bench.implantation
	@$(BIN)/python -m bench.enquetes
	@$(BIN)/python -m bench.conservation
	@exec $(BIN)/python -m bench

check: install ## Vérifie le code sans l'exécuter : style, types, imports, migrations, traductions, conteneurs
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target --keep-going \
		check-mypy check-ruff check-djlint check-imports check-migrations check-traductions check-conteneurs
	@echo "Tout est vérifié."

check-ruff:
	@echo "== ruff"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --check . ; exit 1; }

check-djlint:
	@echo "== djlint"
	@$(BIN)/djlint --quiet --lint .

check-mypy:
	@echo "== mypy"
	@$(BIN)/mypy --no-error-summary

check-imports:
	@echo "== imports"
	@$(BIN)/lint-imports --no-logo 2>&1 | tail -n 30; test $${PIPESTATUS[0]} -eq 0

check-migrations:
	@echo "== migrations manquantes"
	@DJANGO_SETTINGS_MODULE=portail.settings.test $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

check-traductions:
	@echo "== traductions"
	@if ls */management/commands/verifier_traductions.py >/dev/null 2>&1; then \
		DJANGO_SETTINGS_MODULE=portail.settings.test $(BIN)/python manage.py verifier_traductions; \
	fi

check-conteneurs:
	@echo "== conteneurs"
	@$(BIN)/docker-compose --file docker-compose.yml config --quiet
	@$(BIN)/docker-compose --file docker-compose.yml --file deploy/identites.yml config --quiet
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml deploy/identites.yml
	@$(BIN)/hadolint Dockerfile

lock: install ## Recalcule requirements/*.txt d'après pyproject.toml
	@for groupe in "base:" "dev:--group dev"; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-annotate --no-header --no-emit-index-url --no-emit-find-links \
			$${groupe#*:} pyproject.toml -o requirements/$${groupe%%:*}.txt || exit 1; \
	done
	@! grep -nE '://' requirements/base.txt requirements/dev.txt

SHELL := /bin/bash
