/** A file cannot be opened; the message is one line for a person and names the file. `code` is an errno name. */
export class OpenError extends Error {
  override readonly name = 'OpenError';
  readonly code: string;
  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
