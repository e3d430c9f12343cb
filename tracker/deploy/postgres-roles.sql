-- Two roles and the database, once, as a superuser: psql -f postgres-roles.sql
-- tracker_owner owns the tables: it upgrades and restores. tracker_app serves and backs up, and can alter no table.
\set ON_ERROR_STOP on
CREATE ROLE tracker_owner LOGIN;
CREATE ROLE tracker_app LOGIN;
CREATE DATABASE tracker OWNER tracker_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE tracker FROM PUBLIC;
GRANT CONNECT ON DATABASE tracker TO tracker_app;
\connect tracker
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO tracker_owner;
GRANT USAGE ON SCHEMA public TO tracker_app;
-- Holds for tables of upgrades to come, and for those that a restore makes anew.
ALTER DEFAULT PRIVILEGES FOR ROLE tracker_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tracker_app;
ALTER DEFAULT PRIVILEGES FOR ROLE tracker_owner IN SCHEMA public
    GRANT SELECT, USAGE, UPDATE ON SEQUENCES TO tracker_app;
