# Tells Redis its password, as a hash and in a file: an argument could be read by whoever lists processes.
set -eu
: "${PASSWORDS:=/run/secrets/inventory-store}"
hash=$(printf %s "$(cat "$PASSWORDS/password")" | sha256sum | cut -d ' ' -f 1)
printf 'user default on #%s ~* &* +@all -@dangerous +info\n' "$hash" > /tmp/users.acl
exec redis-server /redis.conf
