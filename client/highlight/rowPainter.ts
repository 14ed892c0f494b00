/**
 * The colours of the rows on screen. `get` is synchronous and gives what is known; `want` says which texts are shown, and what is
 * missing of them is worked out in a worker; listeners hear when something came. A text is known by itself: wherever a line with the
 * same text comes up, it has the same colours.
 *
 * A rule that gives no answer within LIMIT_MS has its worker ended under it. That may be the machine's fault once; the second time
 * the rule is given up, and its owner is told. All others go on in a new worker.
 */
import { Changes } from '../cache/changes.ts';
import type { Paint } from './paint.ts';
import type { PaintJob, PaintNews } from './paintWorker.ts';
import type { CompiledRule } from './rules.ts';

/** For one rule on all rows of a job, ms. */
export const LIMIT_MS = 500;
/** For the worker to be loaded, ms; then another is tried. */
const LOAD_MS = 10_000;
/** Texts that are remembered, and how many UTF-16 units they may have together. */
const MAX_TEXTS = 2_048;
const MAX_CHARACTERS = 2_097_152;

/** As much of a Worker as is used. */
export interface PaintWorker {
  postMessage(job: PaintJob): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<PaintNews>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

interface Running {
  readonly job: number;
  readonly rules: readonly CompiledRule[];
  readonly texts: readonly string[];
  /** The rule that is being tried; -1 before the first. */
  rule: number;
  timer: ReturnType<typeof setTimeout>;
}

export class RowPainter {
  readonly #spawn: () => PaintWorker;
  readonly #onStuck: (rule: CompiledRule) => void;
  readonly #changes = new Changes();
  #worker: PaintWorker | null = null;
  #rules: readonly CompiledRule[] = [];
  /** In order of use, oldest first. */
  #known = new Map<string, Paint>();
  /** What holds until the rows were looked at with the present rules. */
  #before = new Map<string, Paint>();
  #characters = 0;
  /** By view. */
  readonly #wishes = new Map<string, { readonly texts: readonly string[]; readonly seen: readonly string[] }>();
  #running: Running | null = null;
  #jobs = 0;
  /** Rules that were stuck once, by source and flags. */
  readonly #suspects = new Set<string>();

  constructor(spawn: () => PaintWorker, onStuck: (rule: CompiledRule) => void) {
    this.#spawn = spawn;
    this.#onStuck = onStuck;
  }

  get version(): number {
    return this.#changes.version;
  }

  /** Nothing is to be coloured: there is no need to want anything. */
  get idle(): boolean {
    return this.#rules.length === 0;
  }

  subscribe = this.#changes.subscribe;

  setRules(rules: readonly CompiledRule[]): void {
    this.#rules = rules;
    // Rows keep their colours until the new ones are there, or every letter that is typed would make them flicker.
    this.#before = rules.length === 0 ? new Map() : new Map([...this.#before, ...this.#known]);
    this.#known = new Map();
    this.#characters = 0;
    this.#changed();
    this.#plan();
  }

  get(text: string): Paint | null {
    return this.#known.get(text) ?? this.#before.get(text) ?? null;
  }

  /** Replaces what the view `who` draws, and what of it is on screen; nothing when it is gone. */
  want(who: string, texts: readonly string[], seen: readonly string[]): void {
    if (texts.length === 0) this.#wishes.delete(who);
    else this.#wishes.set(who, { texts, seen });
    this.#plan();
  }

  /** Rows on screen that each rule matches, by its id; quick ones are not counted. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const text of [...this.#wishes.values()].flatMap(({ seen }) => seen)) {
      for (const index of this.#known.get(text)?.rules ?? []) {
        const id = this.#rules[index]?.id;
        if (id != null) counts.set(id, (counts.get(id) ?? 0) + 1);
      }
    }
    return counts;
  }

  #wanted(): ReadonlySet<string> {
    return new Set([...this.#wishes.values()].flatMap(({ texts }) => texts));
  }

  #changed(): void {
    this.#changes.tell();
  }

  #plan(): void {
    if (this.#running || this.#rules.length === 0) return;
    const texts = [...this.#wanted()].filter((text) => !this.#known.has(text));
    if (texts.length === 0) {
      this.#before = new Map();
      return;
    }
    this.#worker ??= this.#open();
    this.#jobs += 1;
    const running: Running = { job: this.#jobs, rules: this.#rules, texts, rule: -1, timer: this.#watch(LOAD_MS) };
    this.#running = running;
    this.#worker.postMessage({ job: running.job, rules: running.rules, texts });
  }

  #open(): PaintWorker {
    const worker = this.#spawn();
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = () => this.#restart();
    return worker;
  }

  #watch(ms: number): ReturnType<typeof setTimeout> {
    // Where the page itself was held up, what the worker said is heard first.
    return setTimeout(() => setTimeout(() => this.#stuck(), 0), ms);
  }

  #hear(news: PaintNews): void {
    const running = this.#running;
    if (running?.job !== news.job) return;
    clearTimeout(running.timer);
    if (news.type === 'trying') {
      running.rule = news.rule;
      running.timer = this.#watch(LIMIT_MS);
      return;
    }
    this.#running = null;
    this.#suspects.clear();
    if (running.rules === this.#rules) this.#keep(running.texts, news.paints);
    this.#plan();
  }

  #keep(texts: readonly string[], paints: readonly Paint[]): void {
    for (const [index, text] of texts.entries()) {
      const paint = paints[index];
      if (!paint) continue;
      // The same object as long as it says the same: the row is then not drawn again.
      const before = this.#before.get(text);
      this.#known.set(text, before && samePaint(before, paint) ? before : paint);
      this.#characters += text.length;
    }
    const shown = this.#wanted();
    for (const text of this.#known.keys()) {
      if (this.#known.size <= MAX_TEXTS && this.#characters <= MAX_CHARACTERS) break;
      if (shown.has(text)) continue;
      this.#known.delete(text);
      this.#characters -= text.length;
    }
    this.#changed();
  }

  #stuck(): void {
    const running = this.#running;
    if (!running) return;
    const rule = running.rules[running.rule];
    this.#restart();
    if (!rule) {
      this.#plan();
      return;
    }
    const key = `${rule.flags} ${rule.source}`;
    if (this.#suspects.has(key)) {
      this.#suspects.delete(key);
      this.#onStuck(rule);
      if (this.#rules.includes(rule)) this.setRules(this.#rules.filter((other) => other !== rule));
    } else this.#suspects.add(key);
    this.#plan();
  }

  /** Also after an error of the worker itself, such as a script that does not come: what is wanted next tries again. */
  #restart(): void {
    if (this.#running) clearTimeout(this.#running.timer);
    this.#running = null;
    this.#worker?.terminate();
    this.#worker = null;
  }
}

function samePaint(a: Paint, b: Paint): boolean {
  const same = (x: readonly number[], y: readonly number[]): boolean =>
    x.length === y.length && x.every((value, index) => value === y[index]);
  return a.line === b.line && same(a.spans, b.spans) && same(a.rules, b.rules);
}
