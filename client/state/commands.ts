/**
 * Every thing a person can do by name: one table drives the keyboard, the command list and the help. Views contribute the
 * handlers of what they can do while they are active (commandRegistry.ts).
 */

export type CommandGroup = 'Move' | 'Select' | 'View' | 'Find' | 'Filter' | 'Mark' | 'File' | 'Help';
/** Where the keys work: everywhere, or only while rows (hex or text) have the keyboard. */
export type CommandScope = 'global' | 'rows';

export interface Command<Id extends string = string> {
  readonly id: Id;
  readonly title: string;
  readonly group: CommandGroup;
  /**
   * As `Ctrl+Shift+K`, `Alt+ArrowLeft`, `j`, `G`; `Ctrl` is Cmd on a Mac. The first is shown beside the title. A `move.*`
   * command bound to an arrow, page, Home or End key also takes Shift, which then extends the selection.
   */
  readonly keys: readonly string[];
  readonly scope: CommandScope;
}

const command = <const Id extends string>(
  group: CommandGroup,
  scope: CommandScope,
  id: Id,
  title: string,
  ...keys: readonly string[]
): Command<Id> => ({ id, title, group, scope, keys });

export const COMMANDS = [
  command('Move', 'rows', 'move.left', 'Left', 'ArrowLeft', 'h'),
  command('Move', 'rows', 'move.right', 'Right', 'ArrowRight', 'l'),
  command('Move', 'rows', 'move.up', 'Row up', 'ArrowUp', 'k'),
  command('Move', 'rows', 'move.down', 'Row down', 'ArrowDown', 'j'),
  command('Move', 'rows', 'move.halfUp', 'Half a page up', 'u'),
  command('Move', 'rows', 'move.halfDown', 'Half a page down', 'd'),
  command('Move', 'rows', 'move.pageUp', 'Page up', 'PageUp', 'b', 'Shift+Space'),
  command('Move', 'rows', 'move.pageDown', 'Page down', 'PageDown', 'Space'),
  command('Move', 'rows', 'move.pageOrFollow', 'Page down; at the end, follow it', 'f'),
  command('Move', 'rows', 'move.rowStart', 'Start of the row', 'Home', '0'),
  command('Move', 'rows', 'move.rowEnd', 'End of the row', 'End', '$'),
  command('Move', 'rows', 'move.fileStart', 'Start of the file', 'Ctrl+Home', 'g'),
  command('Move', 'rows', 'move.fileEnd', 'End of the file', 'Ctrl+End', 'G'),
  command('Move', 'global', 'jump.goto', 'Go to offset or line …', 'Ctrl+G', ':'),
  command('Move', 'global', 'jump.back', 'Back', 'Alt+ArrowLeft'),
  command('Move', 'global', 'jump.forward', 'Forward', 'Alt+ArrowRight'),
  command('Move', 'global', 'follow.toggle', 'Follow the end', 'F'),
  command('Select', 'rows', 'select.all', 'Select all', 'Ctrl+A'),
  command('Select', 'rows', 'select.clear', 'Clear the selection', 'Escape'),
  command('Select', 'rows', 'copy.default', 'Copy', 'Ctrl+C'),
  command('Select', 'rows', 'copy.hex', 'Copy as hex'),
  command('Select', 'rows', 'copy.text', 'Copy as text'),
  command('Select', 'rows', 'copy.c', 'Copy as C array'),
  command('Select', 'rows', 'copy.base64', 'Copy as Base64'),
  command('Select', 'rows', 'copy.offset', 'Copy the offset'),
  command('Select', 'global', 'copy.link', 'Copy a link to this place', 'Ctrl+Shift+L'),
  command('Select', 'rows', 'select.save', 'Save the selection as a file …', 'Ctrl+S'),
  command('View', 'global', 'view.toggle', 'Switch between hex and text', 'x'),
  command('View', 'global', 'view.hex', 'Hex view'),
  command('View', 'global', 'view.text', 'Text view'),
  command('View', 'global', 'view.both', 'Hex and text side by side', '\\'),
  command('View', 'global', 'view.pane', 'Next pane', 'F6'),
  command('View', 'global', 'view.panel', 'Side panel', 'p'),
  command('View', 'global', 'view.inspector', 'Inspector', 'i'),
  command('View', 'rows', 'view.menu', 'Menu for this place', 'Shift+F10', 'ContextMenu'),
  command('View', 'global', 'view.clear', 'Clear from here: hide what the file holds now', 'Alt+c'),
  command('View', 'global', 'view.showAll', 'Show what was hidden'),
  command('View', 'global', 'view.wrap', 'Wrap long lines', 'w'),
  command('View', 'global', 'view.levels', 'Colour log levels'),
  command('View', 'global', 'view.escapes', 'Show colour escapes as they are'),
  command('View', 'global', 'view.radix', 'Addresses in hex or decimal', 'Alt+a'),
  command('View', 'global', 'view.encoding', 'Choose the encoding …', 'e'),
  command('View', 'global', 'view.rowBytes', 'Bytes per row …'),
  command('View', 'global', 'view.grouping', 'Group bytes …'),
  command('View', 'global', 'view.textColumn', 'Text column: ASCII or the encoding'),
  command('View', 'global', 'view.tabSize', 'Tab width …'),
  command('View', 'global', 'view.larger', 'Larger rows', 'Ctrl++', 'Ctrl+='),
  command('View', 'global', 'view.smaller', 'Smaller rows', 'Ctrl+-'),
  command('View', 'global', 'view.sizeReset', 'Default row size', 'Ctrl+0'),
  command('View', 'global', 'view.theme', 'Theme: system, dark, light', 't'),
  command('Find', 'global', 'search.open', 'Search …', '/'),
  command('Find', 'global', 'search.field', 'Search, and stay in the field …', 'Ctrl+F'),
  command('Find', 'global', 'search.next', 'Next hit', 'n', 'F3'),
  command('Find', 'global', 'search.previous', 'Previous hit', 'N', 'Shift+F3'),
  command('Find', 'rows', 'search.chosen', 'Search for the selection or the word at the cursor', '*'),
  command('Find', 'global', 'search.panel', 'List of hits', 'Ctrl+Shift+F'),
  command('Find', 'global', 'search.cancel', 'Stop the search'),
  command('Find', 'global', 'search.resume', 'Go on with the search'),
  command('Find', 'global', 'search.clear', 'Put the search away'),
  command('Find', 'global', 'search.back', 'Bring back the search that was put away'),
  command('Mark', 'rows', 'mark.toggle', 'Set a mark here, or take it away', 'm'),
  command('Mark', 'rows', 'mark.edit', 'Name the mark …', 'M'),
  command('Mark', 'global', 'mark.next', 'Next mark', "'"),
  command('Mark', 'global', 'mark.previous', 'Previous mark', '"'),
  command('Mark', 'global', 'mark.panel', 'List of marks', 'Alt+m'),
  command('Mark', 'global', 'mark.exportMarkdown', 'Export the marks as Markdown'),
  command('Mark', 'global', 'mark.exportJson', 'Export the marks as JSON'),
  command('Mark', 'global', 'mark.import', 'Import marks from a JSON file …'),
  command('Mark', 'global', 'highlight.panel', 'Highlighters', 'H'),
  command('Mark', 'rows', 'highlight.quick1', 'Highlight the selection or word in colour 1', 'Ctrl+Shift+1'),
  command('Mark', 'rows', 'highlight.quick2', 'Highlight the selection or word in colour 2', 'Ctrl+Shift+2'),
  command('Mark', 'rows', 'highlight.quick3', 'Highlight the selection or word in colour 3', 'Ctrl+Shift+3'),
  command('Mark', 'rows', 'highlight.quick4', 'Highlight the selection or word in colour 4', 'Ctrl+Shift+4'),
  command('Mark', 'rows', 'highlight.quick5', 'Highlight the selection or word in colour 5', 'Ctrl+Shift+5'),
  command('Mark', 'rows', 'highlight.quick6', 'Highlight the selection or word in colour 6', 'Ctrl+Shift+6'),
  command('Mark', 'rows', 'highlight.quick7', 'Highlight the selection or word in colour 7', 'Ctrl+Shift+7'),
  command('Mark', 'rows', 'highlight.quick8', 'Highlight the selection or word in colour 8', 'Ctrl+Shift+8'),
  command('Mark', 'rows', 'highlight.quick9', 'Highlight the selection or word in colour 9', 'Ctrl+Shift+9'),
  command('Mark', 'global', 'highlight.clear', 'Clear the highlighted words', 'Ctrl+Shift+0'),
  command('Filter', 'global', 'filter.open', 'Filter lines …', '&'),
  command('Filter', 'rows', 'filter.chosen', 'Filter to the selection or the word at the cursor', '='),
  command('Filter', 'rows', 'filter.exclude', 'Exclude the selection or the word at the cursor', '-'),
  command('Filter', 'global', 'filter.search', 'Filter by what is searched for'),
  command('Filter', 'global', 'filter.toggle', 'Filter on or off', 'o'),
  command('Filter', 'global', 'filter.display', 'Filter in place or in two panes', 'O'),
  command('Filter', 'global', 'filter.next', 'Next filtered line', '}'),
  command('Filter', 'global', 'filter.previous', 'Previous filtered line', '{'),
  command('Filter', 'global', 'filter.panel', 'Filters', 'L'),
  command('Filter', 'global', 'filter.lines', 'Save the filtered lines as a file'),
  command('Filter', 'global', 'filter.numbers', 'Save the numbers of the filtered lines'),
  command('Filter', 'global', 'filter.clear', 'Delete all layers of the filter'),
  command('File', 'global', 'file.pick', 'Choose a file …', 'Ctrl+P'),
  command('File', 'global', 'file.next', 'Next file', ']'),
  command('File', 'global', 'file.previous', 'Previous file', '['),
  command('File', 'global', 'file.switch', 'Follow the new file of this path'),
  command('File', 'global', 'file.close', 'Close the rotated file'),
  command('File', 'global', 'index.toggle', 'Stop or continue the line scan'),
  command('Help', 'global', 'help.commands', 'All commands …', 'Ctrl+K', '>'),
  command('Help', 'global', 'help.notices', 'Notifications'),
  command('Help', 'global', 'help.keys', 'Keyboard shortcuts', '?', 'F1'),
] as const;

export type CommandId = (typeof COMMANDS)[number]['id'];
