/** Something is wrong at `[position, position + length)` of the pattern, in UTF-16 units; one sentence. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly position: number;
  readonly length: number;

  constructor(message: string, position: number, length: number) {
    super(message);
    this.position = position;
    this.length = length;
  }
}
