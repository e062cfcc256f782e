/** A calendar day of the person's clock, such as `2026-11-22`. */
export type Day = string;

export function dayOf(date: Date): Day {
  const two = (part: number) => `${part}`.padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
