/**
 * A name for a file that a client may keep things under, such as marks: the same while the file grows, is rewritten in place or
 * renamed, and over restarts; another one for every other file, also for one that took its path. Made of device, inode and, where the
 * system tells it, time of birth; hashed, since those numbers are nobody's business.
 */
import { createHash } from 'node:crypto';
import { birthTimeNs } from '../source/birthTime.ts';
import type { Source } from '../source/source.ts';

/** 128 bits: two files never share it by accident. */
const CHARACTERS = 22;

export function fileIdentity({ fd, identity: { device, inode } }: Source): string {
  const parts = ['bigview file', device, inode, birthTimeNs(fd) ?? 'unknown'];
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, CHARACTERS);
}
