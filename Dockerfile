# The portal's image: the same for the web, the Celery worker and beat.

FROM python:3.13-slim-bookworm AS construction
ENV PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# gettext compiles the translations. Debian keeps one version of it per release.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gettext \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/portail
ENV PATH=/opt/portail/bin:$PATH
WORKDIR /portail
COPY requirements/base.txt requirements/base.txt
RUN pip install --require-hashes --requirement requirements/base.txt
COPY . .
# The tests' settings read no secret; the static files are named as production names them.
RUN DJANGO_SETTINGS_MODULE=portail.settings.test python manage.py compilemessages \
    && DJANGO_SETTINGS_MODULE=portail.settings.production \
       SECRET_KEY=construction DATABASE_URL=postgresql://construction REDIS_URL=redis://construction \
       ALLOWED_HOSTS=construction URL_PUBLIQUE=https://construction EMAIL_URL=consolemail:// \
       DEFAULT_FROM_EMAIL=construction@localhost \
       python manage.py collectstatic --no-input --verbosity 0

FROM python:3.13-slim-bookworm
ENV PATH=/opt/portail/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=portail.settings.production
# WeasyPrint draws the PDFs with Pango.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
       fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portail \
    && install --directory --owner 10001 --group 10001 --mode 700 /var/lib/portail/exports /var/lib/portail/preuves /var/lib/portail/editions
COPY --from=construction /opt/portail /opt/portail
COPY --from=construction /portail /portail
WORKDIR /portail
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "deploy/sonde.py"]
# No access log: the links to a booking carry their key in the path. Worker files live in memory.
CMD ["gunicorn", "portail.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "4", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--max-requests", "5000", "--max-requests-jitter", "500"]
