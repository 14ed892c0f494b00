/** A mark beside a row, in the gutter of the text view and beside the addresses of the hex view. */

interface RibbonProps {
  readonly tint: number;
  /** Empty where a marked range only goes through the row. */
  readonly name: string;
}

export function Ribbon({ tint, name }: RibbonProps) {
  if (name === '') return <span className={`row-ribbon row-ribbon-on tint-${tint}`} aria-hidden="true" />;
  return <span className={`row-ribbon tint-${tint}`} role="img" aria-label={`Mark ${name}`} data-tip={name} />;
}
