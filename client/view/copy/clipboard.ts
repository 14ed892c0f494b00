/**
 * Puts text on the clipboard that may still have to be fetched. The promise is handed to the browser at once, since it allows
 * writing only shortly after a key or click; where the clipboard API is missing (a page that is not on localhost), a selected
 * field and the old command do.
 */
export async function writeClipboard(text: Promise<string>): Promise<void> {
  if (navigator.clipboard && typeof ClipboardItem !== 'undefined') {
    const blob = text.then((value) => new Blob([value], { type: 'text/plain' }));
    try {
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
      return;
    } catch (error) {
      // Either the text did not come, which is what the caller wants to hear, or the browser refused.
      await text;
      if (!(error instanceof DOMException)) throw error;
    }
  }
  copyByCommand(await text);
}

function copyByCommand(text: string): void {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'copy-field';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  if (!done) throw new Error('The browser did not allow copying');
}
