/** Text files out of and into the browser, by its own dialogs. */
import { formatSize } from '../../shared/units.ts';

/** Most that is read of a chosen file, bytes. */
const MAX_CHOSEN = 4_194_304;

export function saveText(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on what it saves once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Asks for a file and resolves to its text; never, when none is chosen. Rejects with a sentence. */
export function chooseText(accept: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (!file) return;
      if (file.size > MAX_CHOSEN) {
        reject(new Error(`${file.name} has ${formatSize(file.size)}; at most ${formatSize(MAX_CHOSEN)} are read.`));
      } else file.text().then(resolve, () => reject(new Error(`${file.name} could not be read.`)));
    });
    input.click();
  });
}
