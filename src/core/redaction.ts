/*
 * What a trace may say. Texts are hidden unless their field is known to hold names, states or times: a field that is
 * new hides what it holds until it is listed here. What is replayed needs no words, only which of them are alike.
 */

/** Fields whose texts are kept. */
const keptFields = new Set(
  `type kind do id ids by from to task repo agent role branch base commit worktree state status source says how
  verdict a b into merge backup sessionId session at since until startedAt stateSince seenAt day today committedAt
  typedAt limitedUntil code stage key call digest configuration hash delivery name defaultAgent speaks tip method
  request other worker workers changed refs card dated field column say tone list order layout leaveKey direction
  root path paths entry currency date file files ending setAside settled muted rang silenced anchor of view mode tab
  part step phase order lacks outcome invoice cards clashes ahead approves ofStateSince held bySubagent`.split(
    /\s+/,
  ),
);

/** Words that mean something to the loops in fields which hold words of people elsewhere. */
const keptWords = new Set(['brief', 'go-on', 'left', 'gone']);

const timeOrDay = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/;

/** A hidden text that was told apart from others, with the sign before it that a title may begin with. */
const pseudonym = /^(?:[^\p{L}\p{N}\s] )?‹[0-9a-f]{10}›$/u;

/** Stands for a text of which nothing is told. */
export const blank = '‹›';

/** Makes something else of a text. */
export type Hide = (text: string) => string;

/** Hides a text wholly. */
export const hideAll: Hide = () => blank;

/**
 * Hides texts such that equal ones stay equal. A sign before them stays: it is how an agent's title tells its state.
 * @param digest a keyed hash, in hexadecimal
 */
export function hideAlike(digest: (text: string) => string): Hide {
  return (text) => {
    const [sign = ''] = /^[^\p{L}\p{N}\s] /u.exec(text) ?? [];
    return `${sign}‹${digest(text).slice(0, 10)}›`;
  };
}

/** Hides what was made of hidden texts, and leaves them as they are. */
export const hideAgain: Hide = (text) => (isHidden(text) ? text : blank);

export function isHidden(text: string): boolean {
  return text === blank || pseudonym.test(text);
}

/** Returns a value as JSON can hold it, with its texts hidden; maps and sets are marked. */
export function encode(value: unknown, hide: Hide, field = ''): unknown {
  if (typeof value === 'string') return isKept(value, field) ? value : hide(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => encode(one, hide, field));
  if (value instanceof Set) return { $set: [...value].map((one) => encode(one, hide, field)) };
  if (isMapLike(value)) {
    const entries = [...value].map(([key, one]) => [key, encode(one, hide, field)]);
    return value instanceof Map ? { $map: entries } : { $ledger: entries };
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([key, one]) => [key, encode(one, hide, key)]),
  );
}

function isKept(text: string, field: string): boolean {
  return text === '' || keptFields.has(field) || keptWords.has(text) || timeOrDay.test(text);
}

function isMapLike(value: object): value is ReadonlyMap<unknown, unknown> {
  return 'get' in value && 'entries' in value && typeof value.entries === 'function';
}

/** Returns the value that `encode` was given, with its texts hidden. @param ledger makes a map of the other kind */
export function decode(
  value: unknown,
  ledger: (map: ReadonlyMap<unknown, unknown>) => unknown = (map) => map,
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => decode(one, ledger));
  const { $set, $map, $ledger } = value as Readonly<Record<string, unknown>>;
  if (Array.isArray($set)) return new Set($set.map((one) => decode(one, ledger)));
  const entries = $map ?? $ledger;
  if (Array.isArray(entries)) {
    const map = new Map(entries.map(([key, one]: [unknown, unknown]) => [key, decode(one, ledger)]));
    return $ledger ? ledger(map) : map;
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, decode(one, ledger)]));
}

/** Names of variables whose values are nobody's business. */
const secretName = /token|secret|key|pass|credential|auth/i;
const shortestSecret = 6;

/** Returns what of an environment must appear nowhere, as JSON would write it; the longest first. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env)
    .flatMap(([name, value = '']) =>
      secretName.test(name) && value.length >= shortestSecret ? [JSON.stringify(value).slice(1, -1)] : [],
    )
    .sort((a, b) => b.length - a.length);
}
