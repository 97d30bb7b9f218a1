#!/usr/bin/env bash
#
# Builds the Debian packages of the current commit in chroots of Debian's releases, as debian/ says,
# and installs them in others, where nothing is but the release's smallest system: a server is
# started, the extension created, an object simulated, and the package removed again.
#
# The packages and lintian's report are left in DIRECTORY/packages/RELEASE.  The exit status is 0
# only if all of it worked and lintian found no error.
#
# Needs root, debootstrap and 4 GB a release.  The chroots with the compiler are kept; remove one to
# have it made anew.
#
# environment: MIRROR   Debian's mirror; default as debootstrap has it
#
# usage: scripts/packages.sh DIRECTORY [RELEASE...]    default: bookworm trixie

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/chroot.sh
. "$(dirname "${BASH_SOURCE[0]}")/chroot.sh"

# Makes DIRECTORY/RELEASE, the smallest system, and DIRECTORY/RELEASE-build, unless they are there.
make_chroots()
{
	local release=$1 root=$directory/$1

	if [[ ! -d $root ]]; then
		rm -rf "$root.incomplete"
		bootstrap "$release" "$root.incomplete"
		mv "$root.incomplete" "$root"
	fi
	if [[ ! -d $root-build ]]; then
		rm -rf "$root-build.incomplete"
		cp -a "$root" "$root-build.incomplete"
		install_packages "$root-build.incomplete" build-essential debhelper fakeroot lintian \
			libopenblas-serial-dev postgresql-all postgresql-server-dev-all
		in_chroot "$root-build.incomplete" useradd --create-home builder
		mv "$root-build.incomplete" "$root-build"
	fi
}

# Builds the package in /home/builder of the chroot and copies it to $packages.
build_package()
{
	local root=$directory/$1-build home

	home=$root/home/builder
	rm -rf "$home"
	mkdir -p "$home"
	cp "$root_dir/dist/plasticc-$version.tar.gz" "$home/plasticc_$version.orig.tar.gz"
	tar -xf "$home/plasticc_$version.orig.tar.gz" -C "$home"
	in_chroot "$root" chown -R builder: /home/builder
	# the release's servers, of which debian/control names Debian 12's
	in_chroot "$root" setpriv --reuid=builder --regid=builder --clear-groups \
		env --chdir="/home/builder/plasticc-$version" HOME=/home/builder PG_UPDATECONTROL=yes \
		dpkg-buildpackage -us -uc
	rm -rf "$packages"
	mkdir -p "$packages"
	find "$home" -maxdepth 1 -type f -exec cp {} "$packages" \;
}

check_package()
{
	local root=$directory/$1-build status=0

	in_chroot "$root" setpriv --reuid=builder --regid=builder --clear-groups env --chdir=/home/builder \
		sh -c 'lintian --info --fail-on error plasticc_*.changes' >"$packages/lintian.txt" 2>&1 || status=$?
	cat "$packages/lintian.txt"
	return "$status"
}

# In a new chroot: installs the package and what it depends on, uses it, and removes it.
install_package()
{
	local root=$directory/$1-install major

	rm -rf "$root"
	cp -a "$directory/$1" "$root"
	cp "$packages"/postgresql-[0-9]*-plasticc_*.deb "$root/root/"
	major=$(basename "$root"/root/postgresql-*.deb | cut -d - -f 2)
	in_chroot "$root" sh -euc "
		apt-get -y -q install --no-install-recommends /root/*.deb
		pg_ctlcluster $major main start
		run() { setpriv --reuid=postgres --regid=postgres --clear-groups psql -XAt -v ON_ERROR_STOP=1 \"\$@\"; }
		run -c 'CREATE EXTENSION plasticc'
		run -c 'SELECT object_id, array_length(plasticc_features(mjd, passband, flux, flux_err, detected), 1) AS n_features
				FROM plasticc_simulate_observations(1) GROUP BY object_id'
		run -c 'DROP EXTENSION plasticc'
		pg_ctlcluster $major main stop
		apt-get -y -q remove postgresql-$major-plasticc
		test ! -e /usr/lib/postgresql/$major/lib/plasticc.so"
	rm -rf "$root"
}

main()
{
	local directory version packages release releases log status=0

	[[ $# -ge 1 ]] || die "usage: scripts/packages.sh DIRECTORY [RELEASE...]"
	can_make_chroots
	mkdir -p "$1/packages"
	directory=$(cd "$1" && pwd)
	shift
	releases=("$@")
	[[ $# -gt 0 ]] || releases=(bookworm trixie)
	"$root_dir/scripts/dist.sh"
	version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" "$root_dir/plasticc.control")

	for release in "${releases[@]}"; do
		packages=$directory/packages/$release
		log=$directory/packages/$release.log
		note "$release: building and installing the package"
		# A job of its own, which ends at the first command that fails.
		{
			make_chroots "$release"
			build_package "$release"
			check_package "$release"
			install_package "$release"
		} >"$log" 2>&1 &
		if wait $!; then
			note "$release: $(basename "$packages"/postgresql-[0-9]*-plasticc_*.deb) works; lintian: $(grep -cE '^W:' "$packages/lintian.txt" || true) warnings"
		else
			tail -n 20 "$log" >&2
			note "$release: failed; see $log"
			status=1
		fi
	done
	return "$status"
}

main "$@"
