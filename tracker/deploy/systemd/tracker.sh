#!/bin/sh
# /usr/local/bin/tracker: the command with the account, the folder and the settings of the service. Files are named by
# their whole path. With PostgreSQL, upgrading and restoring are done as the owner of the tables.
set -eu
[ "$(id -un)" = tracker ] || exec sudo -u tracker "$0" "$@"
cd /var/lib/tracker
set -a
. /etc/tracker/tracker.env
set +a
case "${1-} ${2-}" in
"db upgrade" | restore\ *)
    [ ! -e /etc/tracker/owner_database_url ] || export TRACKER_DATABASE_URL_FILE=/etc/tracker/owner_database_url
    ;;
esac
umask 077
exec /opt/tracker/bin/tracker "$@"
