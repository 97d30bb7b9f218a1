# shellcheck shell=bash
#
# Sourced by the scripts that work in chroots of Debian's releases, after lib.sh.
#
# environment: MIRROR   Debian's mirror; default as debootstrap has it

data=						# bound to /mnt of the chroots, and named to the tests, unless empty

can_make_chroots()
{
	[[ $(id -u) -eq 0 ]] || die "chroots need root"
	command -v debootstrap >/dev/null || die "debootstrap is not installed: apt-get install debootstrap"
}

# usage: bootstrap RELEASE ROOT
bootstrap()
{
	debootstrap --variant=minbase "$1" "$2" ${MIRROR:+"$MIRROR"}
	# Snapshots of the mirror are older than unstable's lists are valid.
	note 'Acquire::Check-Valid-Until "false";' >"$2/etc/apt/apt.conf.d/90snapshots"
}

# Runs a command in a chroot, with mounts and processes that go when it ends, and no more of our
# environment than the arguments give it.
#
# usage: in_chroot ROOT [OPTION OF env...] [NAME=VALUE...] COMMAND [ARGUMENT...]
in_chroot()
{
	# shellcheck disable=SC2016		# expanded by the inner shell
	unshare --mount --pid --fork --kill-child -- bash -euc '
		root=$1 data=$2
		shift 2
		mount -t proc proc "$root/proc"
		mount -t tmpfs tmpfs "$root/dev/shm"
		[[ -z $data ]] || mount --bind "$data" "$root/mnt"
		exec env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
			DEBIAN_FRONTEND=noninteractive ${data:+PLASTICC_DATA=/mnt} chroot "$root" env "$@"
	' bash "$1" "$data" "${@:2}" </dev/null
}

install_packages()
{
	in_chroot "$1" apt-get -y -q install --no-install-recommends "${@:2}"
}
