import { randomBytes } from 'node:crypto';

/** Crockford's digits: none that is taken for another. */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An id of a time entry: `T-` and a ULID, which sorts by its time. See https://github.com/ulid/spec */
export function newEntryId(date: Date): string {
  let time = '';
  for (let rest = date.getTime(); time.length < 10; rest = Math.floor(rest / 32))
    time = digit(rest % 32) + time;
  const chance = Array.from(randomBytes(16), (byte) => digit(byte % 32)).join('');
  return `T-${time}${chance}`;
}

function digit(value: number): string {
  return digits.charAt(value);
}
