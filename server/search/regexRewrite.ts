/**
 * Makes an expression fit to run on many lines at once.
 *
 * By definition an expression sees one line at a time, without its terminator. Calling the engine for each line costs more than
 * matching, so lines are joined by U+000A and the expression is changed such that nothing in it can match U+000A; with flag `m`,
 * `^` and `$` then mean exactly what they mean on one line. (The text must not hold U+000D, U+2028 or U+2029, which `m` takes for
 * ends of lines as well; where it does, lines are searched one by one.) Groups that only capture are made to capture nothing,
 * which is faster.
 */
import { type AST, visitRegExpAST } from '@eslint-community/regexpp';
import { PatternError } from '../../shared/patternError.ts';
import type { ParsedRegex } from '../../shared/patternRegex.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The changed expression; `cleanFlags` are without `g`. Throws a PatternError where the expression asks for U+000A itself. */
export function rewriteForLines({ source, flags, tree }: ParsedRegex): { cleanSource: string; cleanFlags: string } {
  const edits: Edit[] = uncapture(tree);
  let looking = 0;
  visitRegExpAST(tree, {
    onAssertionEnter(node) {
      if (node.kind === 'lookahead' || node.kind === 'lookbehind') looking++;
    },
    onAssertionLeave(node) {
      if (node.kind === 'lookahead' || node.kind === 'lookbehind') looking--;
    },
    onCharacterEnter(node) {
      if (node.value !== 10 || isInClass(node)) return;
      if (looking === 0) {
        const message = 'A match never goes past the end of a line; search over bytes for that.';
        throw new PatternError(message, node.start, node.end - node.start);
      }
      edits.push({ start: node.start, end: node.end, text: '[]' });
    },
    onCharacterSetEnter(node) {
      if (isInClass(node) || !matchesNewline(node.raw, flags)) return;
      edits.push({ start: node.start, end: node.end, text: setWithoutNewline(node, flags) });
    },
    onCharacterClassEnter(node) {
      if (!matchesNewline(node.raw, flags)) return;
      const text = node.negate ? `[^\\n${node.raw.slice(2)}` : `(?:(?!\\n)${node.raw})`;
      edits.push({ start: node.start, end: node.end, text });
    },
  });
  return { cleanSource: applyEdits(source, edits), cleanFlags: `${flags.replace('s', '')}m` };
}

/** For searching raw bytes: only the captures go. */
export function rewriteForBytes({ source, flags, tree }: ParsedRegex): { cleanSource: string; cleanFlags: string } {
  return { cleanSource: applyEdits(source, uncapture(tree)), cleanFlags: `${flags}m` };
}

function setWithoutNewline(node: AST.CharacterSet, flags: string): string {
  if (node.kind === 'any') return '[^\\n]';
  // With both flags, complements of classes and of their parts fold case differently.
  if (flags.includes('i') && flags.includes('u')) return `(?:(?!\\n)${node.raw})`;
  if (node.kind === 'space' && !node.negate) return '[^\\S\\n]';
  if (node.kind === 'digit' && node.negate) return '[^\\d\\n]';
  if (node.kind === 'word' && node.negate) return '[^\\w\\n]';
  return `(?:(?!\\n)${node.raw})`;
}

/** Asks the engine, which knows its own classes best. */
function matchesNewline(raw: string, flags: string): boolean {
  return new RegExp(`^${raw}$`, flags).test('\n');
}

function isInClass(node: AST.Node): boolean {
  for (let parent = node.parent; parent; parent = parent.parent) if (parent.type === 'CharacterClass') return true;
  return false;
}

function uncapture(tree: AST.Pattern): Edit[] {
  const groups: AST.CapturingGroup[] = [];
  let referenced = false;
  visitRegExpAST(tree, {
    onCapturingGroupEnter: (node) => void groups.push(node),
    onBackreferenceEnter: () => {
      referenced = true;
    },
  });
  if (referenced) return [];
  return groups.map((group) => {
    const head = group.name === null ? 1 : `(?<${group.name}>`.length;
    return { start: group.start, end: group.start + rawHead(group, head), text: '(?:' };
  });
}

/** A name may be written with escapes, so it ends where the `>` stands. */
function rawHead(group: AST.CapturingGroup, head: number): number {
  return group.name === null ? head : group.raw.indexOf('>') + 1;
}

function applyEdits(source: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start)) {
    result += source.slice(at, start) + text;
    at = end;
  }
  return result + source.slice(at);
}
