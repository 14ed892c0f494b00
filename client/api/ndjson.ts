/** Newline-delimited JSON from a byte stream, one value as soon as its line is whole; a last line without `\n` counts. */
export async function* readNdjson<T>(stream: ReadableStream<Uint8Array>): AsyncGenerator<T, void, void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T;
      if (done) break;
    }
    if (rest.trim() !== '') yield JSON.parse(rest) as T;
  } finally {
    // Leaving the loop early hangs up, so that the server stops as well.
    await reader.cancel().catch(() => undefined);
  }
}
