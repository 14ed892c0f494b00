/** A Source over bytes in memory that counts its reads: for tests of what lies above sources. */
import type { FileIdentity, Source } from '../../server/source/source.ts';

export class MemorySource implements Source {
  bytes: Uint8Array;
  generation = 1;
  readonly fd = -1;
  reads = 0;
  readBytes = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  get identity(): FileIdentity {
    return { device: 1n, inode: 1n, size: BigInt(this.size), mtimeNs: BigInt(this.generation), ctimeNs: 0n };
  }

  async read(offset: number, target: Uint8Array): Promise<number> {
    await Promise.resolve();
    const part = this.bytes.subarray(offset, offset + target.length);
    target.set(part);
    this.reads++;
    this.readBytes += part.length;
    return part.length;
  }

  refresh(): void {}
  close(): void {}
}
