# Makes the database where the volume is empty, gives its roles the passwords of today, and becomes the server.
set -eu

# Files of the Secret, one for each password.
export PASSWORDS="${PASSWORDS:-/run/secrets/payments-database}"
# The volume's own folder may belong to another user, and PostgreSQL takes no folder but its own.
export PGDATA=/var/lib/postgresql/data/pgdata PGHOST=/tmp

set_passwords() {
  psql --username=postgres --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file=/roles.sql
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Beside its place, so that one that was interrupted is begun again.
  rm -rf "$PGDATA.new"
  initdb --pgdata="$PGDATA.new" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256
  # Whoever comes over the network has a password. postgres has none, so it does not come that way.
  echo 'host all all all scram-sha-256' >> "$PGDATA.new/pg_hba.conf"
  # Nobody finds a database without its roles. Nobody can reach this server: it has no address.
  pg_ctl --pgdata="$PGDATA.new" --wait --silent --options="-c listen_addresses='' -c unix_socket_directories=/tmp" start
  set_passwords
  pg_ctl --pgdata="$PGDATA.new" --wait --silent --mode=fast stop
  mv "$PGDATA.new" "$PGDATA"
else
  # Beside the server, because requests wait for it: the passwords are mostly those that it has.
  (
    until pg_isready --quiet; do sleep 0.1; done
    # It is a child of the server then, which takes any end but 0 and 1 for the crash of one of its own.
    set_passwords || exit 1
  ) &
fi

exec "$@" -c listen_addresses='*' -c unix_socket_directories=/tmp
