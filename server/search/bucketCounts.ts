/** Counts what starts in each of many equal parts of a file. */

export class BucketCounts {
  readonly counts: number[];
  readonly #size: number;
  /** The bucket counted in last, and where it is. */
  #bucket = 0;
  #start = 0;
  #end = 0;

  /** Of `[0, size)`, in `buckets` parts. */
  constructor(size: number, buckets: number) {
    this.#size = size;
    this.counts = new Array<number>(buckets).fill(0);
  }

  /** Counts `count` things that start at `offset`; fast where offsets do not go back and forth. */
  add(offset: number, count: number): void {
    if (offset < this.#start || offset >= this.#end) this.#goTo(offset);
    this.counts[this.#bucket] = (this.counts[this.#bucket] ?? 0) + count;
  }

  /** Whether all that starts in `[from, end)` is of one bucket. */
  together(from: number, end: number): boolean {
    return this.#bucketOf(from) === this.#bucketOf(end - 1);
  }

  #goTo(offset: number): void {
    const { length } = this.counts;
    this.#bucket = this.#bucketOf(offset);
    this.#start = bucketStart(this.#bucket, this.#size, length);
    this.#end = this.#bucket + 1 < length ? bucketStart(this.#bucket + 1, this.#size, length) : Infinity;
  }

  #bucketOf(offset: number): number {
    return bucketIndex(Math.min(offset, this.#size - 1), this.#size, this.counts.length);
  }
}

/** The bucket of an offset below `size`: the largest b with floor(b * size / buckets) <= offset. */
export function bucketIndex(offset: number, size: number, buckets: number): number {
  let bucket = Math.min(buckets - 1, Math.floor((offset / size) * buckets));
  // Rounding may be off by one where products exceed 2^53.
  while (bucket > 0 && bucketStart(bucket, size, buckets) > offset) bucket--;
  while (bucket + 1 < buckets && bucketStart(bucket + 1, size, buckets) <= offset) bucket++;
  return bucket;
}

/** First offset of a bucket; split such that no product leaves the exact integers for sizes below 2^53 and 2^20 buckets. */
function bucketStart(bucket: number, size: number, buckets: number): number {
  const whole = Math.floor(size / buckets);
  return bucket * whole + Math.floor((bucket * (size - whole * buckets)) / buckets);
}
