# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
# What the scripts beside it that make Debian roots share; sourced, never run.

# where this machine takes Debian from
mirror() {
	local uri
	uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
	echo "${uri:-http://deb.debian.org/debian}"
}

# how this machine reaches its mirror (proxies, registries), without what it does after an installation
apt_ways() {
	apt-config dump | grep '^Acquire::'
}

# in_namespaces COMMAND...: mounts and processes of its own, bound to the caller's life: however that ends, SIGKILL included, the kernel
# ends every process in there and with them go the mounts
in_namespaces() {
	exec setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child=KILL --mount-proc "$@"
}

# mount_root ROOT: in the namespaces, what a chroot of it needs
mount_root() {
	local root=$1 name
	mount -t proc proc "$root/proc"
	mount -t sysfs -o ro sysfs "$root/sys"
	mount -t tmpfs -o mode=755 tmpfs "$root/dev"
	mkdir "$root/dev/pts" "$root/dev/shm"
	for name in null zero full random urandom tty; do
		touch "$root/dev/$name"
		mount --bind "/dev/$name" "$root/dev/$name"
	done
	ln -s /proc/self/fd "$root/dev/fd"
	ln -s pts/ptmx "$root/dev/ptmx"
	mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
	mount -t tmpfs tmpfs "$root/dev/shm"
}

# enter_root ROOT COMMAND: a line for its shell
enter_root() {
	# --default-signal: a shell starts its background children deaf to SIGINT, and so would be all of theirs
	exec env -i --default-signal PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		chroot "$1" sh -euc "$2"
}
