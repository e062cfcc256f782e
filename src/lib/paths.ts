import { isUtf8 } from 'node:buffer';

/*
 * File names are bytes, and need not be UTF-8. Names from git are texts in which each byte that is no UTF-8 is a lone
 * surrogate, U+DC80 to U+DCFF, as in Python's `surrogateescape` (PEP 383). Valid text never has one, so the bytes can be
 * recovered. Such a text can be compared, joined and sent as JSON like any other.
 */

const firstEscape = 0xdc00;
const escaped = /[\udc80-\udcff]/u;

/** Decodes names, and the text around them, from bytes. */
export function namesOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at] ?? 0) < 0x80 ? 1 : sequenceAt(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    parts.push(bytes.toString('utf8', from, at), String.fromCharCode(firstEscape + (bytes[at] ?? 0)));
    at += 1;
    from = at;
  }
  return parts.join('') + bytes.toString('utf8', from);
}

/** Returns the length in bytes of the character at an index; 0 for none. */
function sequenceAt(bytes: Buffer, at: number): number {
  for (const length of [2, 3, 4])
    if (at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length))) return length;
  return 0;
}

/** Encodes a name, or a text of names, as the bytes that it was decoded from. */
export function bytesOf(names: string): Buffer {
  if (!escaped.test(names)) return Buffer.from(names);
  const parts = names.split(/([\udc80-\udcff])/u);
  return Buffer.concat(
    parts.map((part, at) =>
      at % 2 === 0 ? Buffer.from(part) : Buffer.from([part.charCodeAt(0) - firstEscape]),
    ),
  );
}

/** Reports whether a name cannot be written in UTF-8. */
export function isForeign(name: string): boolean {
  return escaped.test(name);
}

/** Returns a path for the functions of `node:fs`, which encode a text as UTF-8. */
export function filePath(path: string): string | Buffer {
  return escaped.test(path) ? bytesOf(path) : path;
}

/** Returns a value for JSON, with `{"bytes": base64}` for each name that is no UTF-8: readers refuse lone surrogates. */
export function withBytes(value: unknown): unknown {
  if (typeof value === 'string')
    return escaped.test(value) ? { bytes: bytesOf(value).toString('base64') } : value;
  if (Array.isArray(value)) return value.map(withBytes);
  if (value === null || typeof value !== 'object' || 'toJSON' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withBytes(one)]));
}
