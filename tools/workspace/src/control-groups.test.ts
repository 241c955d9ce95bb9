import assert from "node:assert/strict";
import { test } from "node:test";
import { hierarchies } from "./control-groups.ts";

const ROOT = "21 1 254:0 / / rw,relatime - ext4 /dev/vda rw";

test("version 1 together with version 2: every hierarchy, below the groups of this process", () => {
  const mounts = [
    ROOT,
    "30 21 0:25 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
    "31 30 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct",
    "32 30 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
    "33 30 0:28 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,release_agent=/lib/agent,name=systemd",
    "34 30 0:29 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
  ].join("\n");
  const groups = ["4:memory:/jobs/7", "3:cpuacct,cpu:/", "2:name=systemd:/", "0::/", ""].join("\n");
  assert.deepEqual(hierarchies(mounts, groups), [
    { type: "cgroup", options: "memory", name: "memory", parent: "/sys/fs/cgroup/memory/jobs/7" },
    { type: "cgroup", options: "cpuacct,cpu", name: "cpu,cpuacct", parent: "/sys/fs/cgroup/cpu,cpuacct/" },
    { type: "cgroup", options: "none,name=systemd", name: "systemd", parent: "/sys/fs/cgroup/systemd/" },
    { type: "cgroup2", options: "rw", name: "unified", parent: "/sys/fs/cgroup/unified/" },
  ]);
});

test("version 2 alone: at its root", () => {
  const mounts = `${ROOT}\n30 21 0:25 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate`;
  assert.deepEqual(hierarchies(mounts, "0::/user.slice/session-1.scope\n"), [
    { type: "cgroup2", options: "rw", name: ".", parent: "/sys/fs/cgroup" },
  ]);
});

test("a machine without control groups has none", () => {
  assert.deepEqual(hierarchies(ROOT, ""), []);
});
