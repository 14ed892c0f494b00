/** Every size that two sides must agree on, in one place. All are bytes unless the name says otherwise. */

/** Unit of the client's cache and of the line index; always aligned. */
export const PAGE_BYTES = 65_536;

/** Longest window one `/bytes` request may ask for. */
export const MAX_WINDOW_BYTES = 1_048_576;

/** Most lines one `/lines` request may ask for, in either direction. */
export const MAX_LINES = 4_096;

/** Most decoded characters `/lines` returns for one line. */
export const MAX_COLUMNS = 65_536;

/** Most decoded characters of text in one `/lines` reply; the reply ends early rather than exceed it. */
export const MAX_REPLY_CHARACTERS = 4_194_304;

/** Largest accepted JSON request body. */
export const MAX_BODY_BYTES = 16_384;

/** Largest file: offsets are exact integers in a JavaScript number. */
export const MAX_FILE_BYTES = Number.MAX_SAFE_INTEGER;

/** Most bytes that the client copies to the clipboard at once; more is offered as a saved file. */
export const MAX_COPY_BYTES = 16_777_216;

/** Most layers of a filter, and most lines of context on either side of a match. */
export const MAX_FILTER_LAYERS = 16;
export const MAX_FILTER_CONTEXT = 99;

/** Most rows that one request for filtered rows may ask for, in either direction. */
export const MAX_FILTER_ROWS = 1_024;

/** Files kept that had one path before; each costs a descriptor, its line index, and the disk space of a file that was deleted. */
export const MAX_ROTATED = 8;
