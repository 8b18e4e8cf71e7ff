# shellcheck shell=bash
# Debian in a folder of its own, with a PostgreSQL inside that only a unix socket reaches: what every real server
# for the tests stands on. Sourced by scripts that have set:
#   name      in messages
#   root      the folder
#   suite     Debian's release in it
#   pg_port   names the socket; there is no TCP port
# A machine that cannot have such a server ends the script with 77 and one line that says why.

: "${name:?} ${root:?} ${suite:?} ${pg_port:?}"
cluster=erpsync

say() { printf '%s: %s\n' "$name" "$*" >&2; }
fail() { say "$*" && exit 1; }
cannot() { say "cannot be had here: $*" && exit 77; }

need_root() { [ "$(id -u)" = 0 ] || cannot "root is needed (chroot, mount)"; }

# What this machine can do at all, asked before anything is touched.
chroot_possible() {
	need_root
	command -v apt-get >/dev/null || cannot "this is not a Debian system"
	command -v debootstrap >/dev/null || scripts/setup --live ||
		cannot "debootstrap is not installed and could not be"
}

# mirror: the Debian archive that this machine's own apt uses.
mirror() {
	local codename found
	codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	# shellcheck disable=SC2016 # apt's own variables
	found=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk -v release="$codename" '$1 == release && $2 == "main" { print $3; exit }')
	[ -n "$found" ] || cannot "apt knows no Debian archive for $codename"
	echo "$found"
}

inroot() {
	env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} chroot "$root" "$@"
}

# asuser <user> <home> <command...>: with detached=setsid it outlives the terminal, with instead=exec it takes the
# place of the script.
asuser() {
	local user=$1 home=$2
	shift 2
	${instead:-} env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin HOME="$home" LANG=C.UTF-8 \
		${detached:-} chroot --userspec="$user:$user" "$root" "$@"
}

# The tree is made beside its place and moved there when it is whole, so that a build that was cut off is begun anew.
chroot_build() {
	local archive part=$root.part
	[ ! -x "$root/usr/bin/apt-get" ] || return 0
	archive=$(mirror)
	say "debootstrap $suite"
	mkdir -p "$(dirname "$root")"
	chroot_unmount "$part"
	rm -rf --one-file-system "$part"
	debootstrap --variant=minbase "$suite" "$part" "$archive" >"$root.log" 2>&1 ||
		cannot "debootstrap $suite failed: $(tail -n 1 "$root.log")"
	chroot_unmount "$part"
	mv -T "$part" "$root"
}

# PostgreSQL needs /dev/shm, everything else /proc and /dev. No service may start by itself in there.
chroot_mount() {
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	mount_once proc rw proc && mount_once devtmpfs mode=755 dev && mount_once tmpfs mode=1777 dev/shm ||
		cannot "mounting is not allowed"
}

# mount_once <type> <options> <where>
mount_once() { mountpoint -q "$root/$3" || mount -t "$1" -o "$2" "$1" "$root/$3"; }

# chroot_unmount <folder>
chroot_unmount() {
	local where
	for where in dev/shm dev proc; do
		! mountpoint -q "$1/$where" || umount "$1/$where"
	done
}

# chroot_install <packages...>: what is already there costs nothing.
chroot_install() {
	local log=$root.log try states
	# shellcheck disable=SC2016 # dpkg's own variable
	states=$(inroot dpkg-query -W -f '${db:Status-Status} ' "$@" 2>/dev/null) || true
	[ "$states" != "$(printf 'installed %.0s' "$@")" ] || return 0
	say "installing $*"
	# Our own cluster is made below; Debian's "main" would only take the port.
	mkdir -p "$root/etc/postgresql-common/createcluster.d"
	echo 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.d/none.conf"
	for try in 1 2 3; do
		# A release that is no longer renewed has an index that says it has expired.
		inroot apt-get -o Acquire::Check-Valid-Until=false -o Acquire::Retries=3 -q update >"$log" 2>&1 &&
			inroot apt-get -o Acquire::Retries=3 -q install -y --no-install-recommends "$@" >>"$log" 2>&1 && return
		sleep $((try * 3))
	done
	cannot "apt-get in $root failed: $(grep -m 1 '^E:' "$log" || tail -n 1 "$log")"
}

chroot_remove() {
	chroot_unmount "$root"
	rm -rf --one-file-system "$root" "$root".{log,out,part,lock}
}

pg_version() { find "$root/usr/lib/postgresql" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1; }
pg_online() {
	inroot pg_lsclusters -h 2>/dev/null |
		awk -v c="$cluster" '$2 == c && $4 ~ /^online/ { on = 1 } END { exit !on }'
}

# A throw-away database need not survive a power cut: fsync is off.
pg_start() {
	local version conf
	version=$(pg_version)
	conf=$root/etc/postgresql/$version/$cluster/postgresql.conf
	if [ ! -e "$conf" ]; then
		inroot pg_createcluster "$version" "$cluster" -p "$pg_port" --locale C.UTF-8 -e UTF8 >/dev/null
		cat >>"$conf" <<-CONF
			listen_addresses = ''
			fsync = off
			synchronous_commit = off
			full_page_writes = off
			shared_buffers = 256MB
			max_connections = 200
		CONF
	fi
	pg_online || inroot pg_ctlcluster "$version" "$cluster" start </dev/null >/dev/null 2>&1 9>&- || true
	for _ in $(seq 100); do
		[ "$(sql postgres 'select 1' 2>/dev/null)" != 1 ] || return 0
		sleep 0.2
	done
	fail "PostgreSQL does not start; see $root/var/log/postgresql/"
}

pg_stop() {
	! pg_online || inroot pg_ctlcluster "$(pg_version)" "$cluster" stop -m fast
}

# sql <database> <statement>: the bare answer.
sql() {
	asuser postgres /var/lib/postgresql env PGOPTIONS="-c client_min_messages=warning" \
		psql -p "$pg_port" -d "$1" -v ON_ERROR_STOP=1 -Atqc "$2"
}

# pg_copy <from> <to> <owner>: a new database, whatever was there before.
pg_copy() {
	sql postgres "drop database if exists \"$2\" with (force)"
	sql postgres "create database \"$2\" template \"$1\" owner \"$3\""
}
