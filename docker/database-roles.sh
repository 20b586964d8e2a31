#!/bin/sh
# Runs once, when the database volume is new: the owner migrates, the application serves, the reader reads.
set -eu

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" --set reader_password="$READER_PASSWORD" <<'SQL'
CREATE ROLE backflush_owner LOGIN CREATEROLE PASSWORD :'owner_password';
CREATE ROLE backflush_app LOGIN PASSWORD :'app_password';
CREATE ROLE backflush_reader LOGIN PASSWORD :'reader_password';
GRANT backflush_app, backflush_reader TO backflush_owner WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
CREATE DATABASE backflush OWNER backflush_owner TEMPLATE template0 LOCALE_PROVIDER builtin LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE backflush FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE backflush TO backflush_app;
GRANT CONNECT ON DATABASE backflush TO backflush_reader;
SQL
