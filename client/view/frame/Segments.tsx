/** A few choices side by side, one of which holds. */

export interface SegmentOption<T extends string> {
  readonly value: T;
  readonly name: string;
  readonly tip: string;
  /** Chord that chooses it, or goes on to the next. */
  readonly chord?: string;
}

interface SegmentsProps<T extends string> {
  readonly name: string;
  readonly value: T;
  readonly options: readonly SegmentOption<T>[];
  readonly onChoose: (value: T) => void;
  /** Belongs to a field that keeps the focus. */
  readonly ofField?: boolean;
  readonly className?: string;
}

/** For what belongs to a field: the field keeps the focus. */
export const keepFocus = (event: { preventDefault(): void }): void => event.preventDefault();

export function Segments<T extends string>({ name, value, options, onChoose, ofField, className }: SegmentsProps<T>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a look and a legend of its own
    <div className={className ? `segments ${className}` : 'segments'} role="group" aria-label={name}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          tabIndex={ofField ? -1 : undefined}
          className="segment"
          aria-pressed={option.value === value}
          aria-keyshortcuts={option.chord}
          data-tip={option.tip}
          onPointerDown={ofField ? keepFocus : undefined}
          onClick={() => onChoose(option.value)}
        >
          {option.name}
        </button>
      ))}
    </div>
  );
}

/** The orders of the bytes of a number. */
export const BYTE_ORDERS: readonly SegmentOption<'le' | 'be'>[] = [
  { value: 'le', name: 'LE', tip: 'Little endian: lowest byte first' },
  { value: 'be', name: 'BE', tip: 'Big endian: highest byte first' },
];
