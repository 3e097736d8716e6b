#!/bin/sh
# First start of the database: the portal's role owns its database without being a superuser.
set -eu

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set mot_de_passe="$(cat /run/secrets/portail_mot_de_passe)" <<'SQL'
CREATE ROLE portail LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'mot_de_passe';
CREATE DATABASE portail OWNER portail ENCODING 'UTF8' TEMPLATE template0;
\connect portail
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
SQL
