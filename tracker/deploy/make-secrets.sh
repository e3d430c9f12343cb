#!/bin/sh
# Makes the folder secrets/ for compose.yaml, here: random ones. What is there already is kept.
set -eu
umask 077
mkdir -p secrets

random() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

# Containers read them as accounts of their own; on the machine nobody but the folder's owner comes to them.
keep() {
    [ -e "secrets/$1" ] || (printf '%s\n' "$2" >"secrets/$1" && chmod 0444 "secrets/$1")
}

keep secret_key "$(random)"
keep postgres_password "$(random)"
for role in tracker_owner tracker_app; do
    keep "${role}_password" "$(random)"
    keep "${role}_database_url" "postgresql+psycopg://$role:$(cat "secrets/${role}_password")@database/tracker"
done
