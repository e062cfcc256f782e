import { type AnyNode, type MemberNode, parse } from '@humanwhocodes/momoa';
import type * as z from 'zod/mini';
import { unknownSetting } from '../core/workspace.ts';
import { readText } from '../lib/files.ts';
import { closest, withoutMark } from '../lib/json.ts';
import { type Problem, problemOf } from '../lib/result.ts';
import { visible } from '../lib/sanitize.ts';
import { configSchema, largestBytes } from './schema.ts';
import { configFile, configName } from './trust/trust.ts';

/** Most reported settings: a wrong file may hold thousands, and the first ones show the mistake. */
const mostReported = 20;

/**
 * Finds keys of the configuration that the schema does not know, at every level: settings without effect,
 * and duplicate settings, of which the last counts.
 * @returns a problem for each, with line and column; none where the file cannot be parsed, because reading
 * it reports that
 */
export function findUnknownSettings(root: string): readonly Problem[] {
  const text = readText(root, configFile(root), largestBytes);
  return text.ok && text.value !== null ? unknownSettings(text.value) : [];
}

/** Does the same as `findUnknownSettings` for a text. */
export function unknownSettings(text: string): readonly Problem[] {
  const found: Problem[] = [];
  try {
    look(found, parse(withoutMark(text), { mode: 'json' }).body, configSchema, '');
  } catch {
    // Not JSON: reading the configuration reports that.
  }
  return found.slice(0, mostReported);
}

/**
 * Collects unknown settings of a value.
 * @param found receives the problems
 * @param at the value's place, such as `repos[].jobs`; empty at the top
 */
function look(found: Problem[], node: AnyNode, schema: Schema, at: string): void {
  const forms = formsOf(schema);
  if (node.type === 'Array')
    for (const { value } of node.elements)
      for (const element of forms.elements) look(found, value, element, `${at}[]`);
  if (node.type !== 'Object') return;
  const names = node.members.map(nameOf);
  for (const [index, member] of node.members.entries()) {
    const name = names[index] ?? '';
    const known = forms.shape.get(name) ?? forms.value;
    if (names.indexOf(name) < index)
      report(found, member, `${shown(name)} is there twice; the last one counts.`);
    else if (known) look(found, member.value, known, at === '' ? name : `${at}.${name}`);
    else if (forms.isObject && !isRemark(name)) report(found, member, unknown(name, at, forms));
  }
}

/**
 * Describes an unknown setting. The suggestion precedes the place, because a single line is cut at its end.
 */
function unknown(name: string, at: string, { shape }: Forms): string {
  const here = closest(name, [...shape.keys()]);
  const elsewhere = here ?? placeElsewhere(name);
  const guess = elsewhere === null ? '.' : `; did you mean ${JSON.stringify(elsewhere)}?`;
  return `no setting ${shown(name)}${guess}${at === '' ? '' : ` In ${at}.`}`;
}

function report(found: Problem[], member: MemberNode, what: string): void {
  const { line, column } = member.name.loc.start;
  const message = `${configName}:${line}:${column}: ${what}`;
  found.push(problemOf(unknownSetting, message, 'It has no effect as it is: correct or remove it.'));
}

function nameOf({ name }: MemberNode): string {
  return name.type === 'String' ? name.value : name.name;
}

function shown(name: string): string {
  return visible(name.length > 40 ? `${name.slice(0, 40)}…` : name);
}

/** Reports whether a name is a comment for editors and readers. */
function isRemark(name: string): boolean {
  return name === '$schema' || name.startsWith('//');
}

type Schema = z.core.$ZodType;

/** Union of all forms that a value may have. */
interface Forms {
  readonly isObject: boolean;
  readonly shape: ReadonlyMap<string, Schema>;
  /** Schema of the values in a record, whose names are free. */
  readonly value: Schema | null;
  readonly elements: readonly Schema[];
}

function formsOf(schema: Schema): Forms {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return { ...none, isObject: true, shape: new Map(Object.entries(def.shape)) };
    case 'record':
      return { ...none, isObject: true, value: def.valueType };
    case 'array':
      return { ...none, elements: [def.element] };
    case 'optional':
    case 'nullable':
      return formsOf(def.innerType);
    case 'union':
      return def.options.map(formsOf).reduce((all, one) => ({
        isObject: all.isObject || one.isObject,
        shape: new Map([...all.shape, ...one.shape]),
        value: all.value ?? one.value,
        elements: [...all.elements, ...one.elements],
      }));
    default:
      return none;
  }
}

const none: Forms = { isObject: false, shape: new Map(), value: null, elements: [] };

/**
 * Returns the place of a setting with that name on another level, such as `repos[].setup` for `setup` at the
 * top.
 */
function placeElsewhere(name: string): string | null {
  const all = places(configSchema, '');
  const nearest = closest(name, [...new Set(all.map((place) => place.name))]);
  return all.find((place) => place.name === nearest)?.path ?? null;
}

interface SettingPlace {
  readonly name: string;
  readonly path: string;
}

/** Returns every setting, upper levels first. */
function places(schema: Schema, at: string): readonly SettingPlace[] {
  const { shape, value, elements } = formsOf(schema);
  const own = [...shape.keys()].map((name) => ({ name, path: at === '' ? name : `${at}.${name}` }));
  const below = [...shape].flatMap(([name, one]) => places(one, at === '' ? name : `${at}.${name}`));
  return [
    ...own,
    ...below,
    ...(value ? places(value, `${at}.NAME`) : []),
    ...elements.flatMap((one) => places(one, `${at}[]`)),
  ];
}
