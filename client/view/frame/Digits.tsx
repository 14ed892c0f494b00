/** Numbers with separators that are drawn, not text: what is copied or read aloud is the plain number. */
import { addressDigits, digitGroups, formatHex } from '../../../shared/units.ts';

export function Count({ value }: { readonly value: number }) {
  const groups = digitGroups(String(value), 3);
  return (
    <span className="tabular">
      {groups.map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups are only told apart by their place
        <span key={index} className={index > 0 ? 'digits-comma' : undefined}>
          {group}
        </span>
      ))}
    </span>
  );
}

/** An address in a file of `size` bytes, in groups of four digits. */
export function HexAddress({ value, size }: { readonly value: number; readonly size: number }) {
  const groups = digitGroups(formatHex(value, addressDigits(size)), 4);
  return (
    <span className="mono">
      {groups.map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups are only told apart by their place
        <span key={index} className={index > 0 ? 'digits-gap' : undefined}>
          {group}
        </span>
      ))}
    </span>
  );
}
