-- In compose.yaml, after postgres-roles.sql: the passwords that make-secrets.sh has made.
\set ON_ERROR_STOP on
\set owner_password `cat /run/secrets/tracker_owner_password`
\set password `cat /run/secrets/tracker_app_password`
ALTER ROLE tracker_owner PASSWORD :'owner_password';
ALTER ROLE tracker_app PASSWORD :'password';
