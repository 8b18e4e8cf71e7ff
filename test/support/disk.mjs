// A small disk of its own, for tests of what happens when it is full or can't be written to. Needs the right to mount.

import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { atEnd } from './cleanup.mjs';

/** Mounts a disk of so many KiB on a folder, or returns the reason why it can't. */
export function smallDisk(t, dir, kib) {
  fs.mkdirSync(dir, { recursive: true });
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k,mode=0755`, 'erpsync-test', dir]);
  if (made.status !== 0) return 'only root can mount a small disk';
  atEnd(t, () => spawnSync('umount', ['-l', dir]));
  return null;
}

export const remount = (dir, how) => execFileSync('mount', ['-o', `remount,${how}`, dir]);

/** Fills the disk up to so many bytes; the file's removal makes room again. */
export function fill(dir, { leave = 0 } = {}) {
  const { bavail, bsize } = fs.statfsSync(dir);
  const file = `${dir}/filler`;
  const fd = fs.openSync(file, 'w');
  try {
    for (let left = bavail * bsize - leave; left > 0; left -= 4096) fs.writeSync(fd, Buffer.alloc(Math.min(4096, left)));
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  }
  fs.closeSync(fd);
  return () => fs.rmSync(file, { force: true });
}
