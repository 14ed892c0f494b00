/** Column numbers above the rows; the cursor's own column is emphasized, so that an address can be read off without counting. */
import { memo } from 'react';
import { type HexLayout, hexByte } from './hexLayout.ts';

export interface HexHeaderProps {
  readonly layout: HexLayout;
  /** Column of the cursor. */
  readonly column: number;
  /** How far the rows are scrolled to the right, CSS px. */
  readonly scrollLeft: number;
  readonly textName: string;
}

export const HexHeader = memo(function HexHeader({ layout, column, scrollLeft, textName }: HexHeaderProps) {
  return (
    <div className="hex-header" aria-hidden="true">
      <div className="hex-header-row" style={{ width: layout.width, transform: `translateX(${-scrollLeft}px)` }}>
        {layout.cells.map((cell, index) => (
          <span
            key={cell}
            className={index === column ? 'hex-column hex-column-current' : 'hex-column'}
            style={{ left: layout.bytesLeft + cell * layout.cellWidth, width: 2 * layout.cellWidth }}
          >
            {layout.radix === 'hex' ? hexByte(index) : String(index).padStart(2, '0')}
          </span>
        ))}
        <span className="hex-header-name" style={{ left: layout.textLeft }}>
          {textName}
        </span>
      </div>
      <span className="hex-header-name hex-header-pinned" style={{ width: layout.bytesLeft }}>
        Offset
      </span>
    </div>
  );
});
