#!/bin/sh
# The first process of a node's namespaces. It makes the node's root file system, a copy-on-write copy of the machine's,
# and hands over to systemd. Nothing that it mounts or writes reaches the machine.
#
#   NODE_NAME     host name
#   NODE_DIR      a tmpfs for what the node writes. It has the directory files, which is laid over the machine's root:
#                 units, configuration, executables
#   NODE_BINDS    lines "FILE PATH": programs of the cache, bound over empty files
#   NODE_CGROUPS  lines "TYPE OPTIONS NAME": control group hierarchies, and where to mount them below /sys/fs/cgroup
set -eu

hostname "$NODE_NAME"
mount --make-rprivate /
mkdir "$NODE_DIR/upper" "$NODE_DIR/work" "$NODE_DIR/root" "$NODE_DIR/sysctl"
root=$NODE_DIR/root
mount -t overlay -o "lowerdir=$NODE_DIR/files:/,upperdir=$NODE_DIR/upper,workdir=$NODE_DIR/work" overlay "$root"

mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
for device in null zero full random urandom tty kmsg; do cp -a "/dev/$device" "$root/dev/$device"; done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t mqueue mqueue "$root/dev/mqueue"
for directory in run tmp; do mount -t tmpfs -o mode=755 tmpfs "$root/$directory"; done
chmod 1777 "$root/tmp"

# Kernel settings that are the whole machine's are read-only, and those that a kubelet sets are files of the node's own
# (setupKernelTunables in the kubelet's pkg/kubelet/cm/container_manager_linux.go).
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,ro,bind "$root/proc/sys"
mount --bind /proc/sys/net "$root/proc/sys/net"
for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  file=$NODE_DIR/sysctl/$(echo "$setting" | tr / -)
  cat "/proc/sys/$setting" > "$file"
  mount --bind "$file" "$root/proc/sys/$setting"
done

# A file system of its own for the control groups: systemd makes directories in it and sets it read-only, and what it
# does to the machine's would stay.
mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
echo "$NODE_CGROUPS" | while read -r type options name; do
  mkdir -p "$root/sys/fs/cgroup/$name"
  mount -t "$type" -o "$options" "$type" "$root/sys/fs/cgroup/$name"
done

# containerd's snapshots are overlays themselves, and an overlay cannot be the upper part of another one.
mkdir -p "$root/var/lib/containerd"
mount -t tmpfs -o mode=711 tmpfs "$root/var/lib/containerd"
echo "$NODE_BINDS" | while read -r file path; do mount --bind "$file" "$root$path"; done

cd "$root"
mkdir -p .machine
pivot_root . .machine
umount -l /.machine
rmdir /.machine
# systemd asks `container` whether the machine's settings are its own to change.
exec env -i container=imagecred PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  SYSTEMD_UNIT_PATH=/usr/local/lib/systemd/system \
  /lib/systemd/systemd --system --unit=node.target --log-target=console --show-status=false
