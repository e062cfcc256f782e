import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What each folder of src may import, besides itself. */
const directions: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  core: ['lib'],
  guard: ['lib', 'core'],
  terminal: ['lib'],
  ipc: ['lib', 'core', 'terminal'],
  host: ['lib', 'core', 'guard', 'ipc', 'terminal'],
  git: ['lib', 'core'],
  agents: ['lib', 'core'],
  documents: ['lib'],
  config: ['lib', 'core', 'agents', 'documents'],
  ui: ['lib', 'core', 'ipc', 'terminal', 'features'],
  features: ['lib', 'core', 'ipc', 'terminal', 'git', 'agents', 'documents', 'config', 'ui'],
  controller: ['lib', 'core', 'ipc', 'git', 'agents', 'config', 'features'],
  tui: ['lib', 'core', 'ipc', 'terminal', 'ui', 'features'],
  client: ['lib', 'core', 'ipc', 'terminal', 'ui', 'features', 'tui'],
  cli: [
    'lib',
    'core',
    'ipc',
    'terminal',
    'git',
    'agents',
    'config',
    'ui',
    'features',
    'controller',
    'tui',
    'client',
  ],
  demo: ['lib', 'core', 'agents'],
  programs: ['lib', 'core', 'ipc', 'host', 'agents', 'config', 'features', 'controller', 'cli', 'demo'],
};

/** What a feature shares with the others; all else of its folder is its own. */
const shared: Readonly<Record<string, readonly string[]>> = {
  attention: ['requestDialogs'],
  board: ['document/board', 'document/boardChange', 'service/boardService'],
  invoices: [
    'document/entries',
    'document/invoiceChange',
    'document/invoices',
    'service/invoiceService',
    'workTime',
  ],
  messages: ['delivery', 'notes', 'reports'],
  notion: ['conflictsDialog', 'syncDialog'],
  releases: ['service/status'],
  repos: ['developDialog', 'repos'],
  usage: ['usageState'],
  workers: [
    'describe',
    'endDialogs',
    'formDialog',
    'proposalDialogs',
    'signals',
    'start',
    'startSeveralDialog',
    'workerDialogs',
    'workerState',
  ],
};

/** The only folders that may touch a package. Everything else of npm is out of bounds. */
const packages: Readonly<Record<string, readonly string[]>> = {
  '@humanwhocodes/momoa': ['lib', 'config'],
  '@modelcontextprotocol/sdk': ['controller', 'features/memory'],
  '@napi-rs/keyring': ['features/notion'],
  '@notionhq/client': ['features/notion'],
  '@xterm/addon-unicode-graphemes': ['terminal'],
  '@xterm/headless': ['terminal'],
  unbash: ['guard'],
  // Ink's own colours.
  chalk: ['ui'],
  commander: ['cli'],
  conf: ['config'],
  ink: ['ui'],
  // The command line only checks that it loads.
  'node-pty': ['host', 'cli'],
  'p-queue': ['lib'],
  'markdown-it': ['documents'],
  minisearch: ['features/memory'],
  react: ['ui', 'features/invoices'],
  'react-dom': ['features/invoices'],
  semver: ['agents', 'cli', 'features/releases'],
  'simple-git': ['git'],
  'string-width': ['ui'],
  'vscode-jsonrpc': ['ipc'],
  // Commands name their schemas as functions of one module; see above.
  zod: ['core', 'features', 'config', 'controller', 'cli'],
};

interface Import {
  readonly file: string;
  readonly from: string;
  /** A path below src, or a package's name. */
  readonly target: string;
  readonly isType: boolean;
  readonly isLazy: boolean;
}

const src = join(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
  .sort();
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"`]*?\sfrom\s+)?'([^'$]+)'/gm);
  const lazy = text.matchAll(/\bimport\('([^']+)'\)/g);
  const make = (specifier: string, isType: boolean, isLazy: boolean): Import => ({
    file,
    from: folderOf(file),
    target: specifier.startsWith('.') ? normalize(join(file, '..', specifier)) : specifier,
    isType,
    isLazy,
  });
  return [
    ...[...statements].map(([, type, specifier = '']) => make(specifier, type !== undefined, false)),
    ...[...lazy].map(([, specifier = '']) => make(specifier, false, true)),
  ];
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? '';
}

/** The files of the screen that draw; all others of their folders decide what is drawn. */
const drawing = ['ui/chrome.ts', 'ui/Row.tsx', 'tui/picture.tsx'];

function isBrain(file: string): boolean {
  return /^t?ui\//.test(file) && !drawing.includes(file);
}

/** A feature's folder has its pure part; what uses Node, git or a package is below `service/`. */
function isService(file: string): boolean {
  return /^features\/\w+\/service\//.test(file);
}

const local = imports.filter(({ target }) => files.includes(target));
const foreignOrNode = imports.filter(({ target }) => !files.includes(target));
const foreign = foreignOrNode.filter(({ target }) => !target.startsWith('node:'));

describe('folders', () => {
  it('are the known ones', () => {
    expect([...new Set(files.map(folderOf))].sort()).toEqual(Object.keys(directions).sort());
  });

  it('import only in the allowed directions', () => {
    const wrong = local.filter(({ from, target }) => {
      const to = folderOf(target);
      return to !== from && !directions[from]?.includes(to);
    });
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('keep the brain of the screen pure: no more than types from ipc, terminal and commands, and no React', () => {
    const typesOnly = (target: string) =>
      ['ipc', 'terminal'].includes(folderOf(target)) || target === 'features/commands.ts';
    const values = local.filter(
      ({ file, from, target, isType }) =>
        (isBrain(file) && typesOnly(target) && !isType) ||
        (from === 'ipc' && folderOf(target) === 'terminal' && !isType),
    );
    expect(values.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
    const drawn = foreign.filter(({ file, target }) => isBrain(file) && /^(ink|react|chalk)/.test(target));
    expect(drawn.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('load the schemas of commands nowhere but in the controller, and not before the first request', () => {
    const loading = local.filter(({ target, isType }) => target === 'features/params.ts' && !isType);
    expect(loading.map(({ file, isLazy }) => ({ file, isLazy }))).toEqual([
      { file: 'controller/requestGate.ts', isLazy: true },
    ]);
    const ofFeatures = imports.filter(
      ({ file, from, target, isType }) =>
        target === 'zod' &&
        !isType &&
        ['core', 'features'].includes(from) &&
        file !== 'features/params.ts' &&
        !isService(file),
    );
    expect(ofFeatures.map(({ file }) => file)).toEqual([]);
  });

  it('keep features pure but for their services', () => {
    const outside = ['git', 'config'];
    const wrong = local.filter(
      ({ file, from, target, isType }) =>
        from === 'features' &&
        !isService(file) &&
        !isType &&
        (outside.includes(folderOf(target)) || (isService(target) && file !== 'features/services.ts')),
    );
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('share of a feature with the others only what is listed', () => {
    const featureOf = (file: string) => /^features\/(\w+)\//.exec(file)?.[1];
    const crossing = local.filter(({ file, target }) => {
      const [from, to] = [featureOf(file), featureOf(target)];
      return from !== undefined && to !== undefined && from !== to;
    });
    const used = [...new Set(crossing.map(({ target }) => target))].sort();
    const listed = Object.entries(shared).flatMap(([feature, parts]) =>
      parts.map((part) => `features/${feature}/${part}.ts`),
    );
    expect(used).toEqual(listed.sort());
  });

  it('name features in one place: programs and the room know the table alone', () => {
    const known = /^features\/(commands|define|services|state|messages|log|params)\.ts$/;
    const loops = ['controller/update/requests.ts', 'controller/serve.ts', 'controller/requestGate.ts'];
    const naming = local.filter(
      ({ file, target }) => loops.includes(file) && folderOf(target) === 'features' && !known.test(target),
    );
    expect(naming.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('use Node and packages only where they may', () => {
    const allowed = (one: Import) =>
      one.target === '../package.json' ||
      packages[packageOf(one.target)]?.some((folder) => one.file.startsWith(`${folder}/`)) === true;
    expect(foreign.filter((one) => !allowed(one)).map(({ file, target }) => `${file} → ${target}`)).toEqual(
      [],
    );
    const pure = imports.filter(
      ({ file, from, target }) =>
        target.startsWith('node:') &&
        (['ui', 'tui'].includes(from) || (from === 'features' && !isService(file))),
    );
    expect(pure.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
    const documents = imports.filter(
      ({ file, target }) => target.startsWith('node:') && /^documents\/(?!file\.ts)/.test(file),
    );
    expect(documents.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
    const rules = imports.filter(
      ({ file, from, target, isType }) =>
        ['core', 'guard'].includes(from) &&
        !files.includes(target) &&
        // A trace writes its file; types of zod load nothing.
        !(file === 'core/trace.ts' && target.startsWith('node:')) &&
        !(target === 'zod' && isType) &&
        // The parser of the shell's syntax: pure, and without packages of its own.
        !(from === 'guard' && target === 'unbash'),
    );
    expect(rules.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });
});

function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

/** How a pattern names controls, bidirectional and invisible characters; single ones may be named anywhere. */
const characterClass =
  /\\p\{(?:C|Cc|Cf|Cs|Other|Control|Format|Surrogate|DI|Default_Ignorable\w*|Bidi_\w+)\}|\\(?:0|x00|u0000)-\\|\\(?:x|u00)7f-|\\u202[89a-e]|\\u206[0-9a-f]|\\u200[bef]|\\u061c/i;

/** Files with classes of their own, for they strip nothing. */
const ownClasses: Readonly<Record<string, string>> = {
  'demo/input.ts': 'reads keys: which bytes are one key',
  'git/history.ts': 'says what git takes for a name',
  'terminal/input.ts': 'reads keys: where a sequence ends, which characters a key can write',
  'terminal/screen.ts':
    'says what a cell of a terminal can hold: marks may not come first, tags of flags stay',
  'tui/palette.ts': 'asks whether a text is ASCII, for speed',
};

/** Files that stay below 40 lines with one reader. */
const smallFiles: Readonly<Record<string, string>> = {
  'config/watchConfig.ts': 'watches what its neighbours only read',
  'terminal/unpooled.ts': 'has to be evaluated before the package that it changes',
};

function exportsOf(file: string): string[] {
  const declared =
    /^export\s+(?:async\s+)?(?:abstract\s+)?(?:const|let|function\*?|class|interface|type|enum)\s+([\w$]+)/gm;
  return [...readFileSync(join(src, file), 'utf8').matchAll(declared)].map(([, name = '']) => name);
}

describe('files', () => {
  it('decide without touching the world: both loops reach neither Node nor a package but string-width', () => {
    const pure = reachable(['controller/update/update.ts', 'features/log.ts', 'tui/update.ts']);
    expect(pure.size).toBeGreaterThan(50);
    const outside = foreignOrNode.filter(
      ({ file, target, isType }) => pure.has(file) && !isType && target !== 'string-width',
    );
    expect(outside.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('do not import each other in circles', () => {
    const graph = new Map(
      files.map((file) => [file, local.filter((one) => one.file === file).map((one) => one.target)]),
    );
    expect(findCycle(graph)).toBeNull();
  });

  it('are chapters: none is longer than 500 lines', () => {
    const long = files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 500);
    expect(long).toEqual([]);
  });

  it('export no name twice', () => {
    const homes = new Map<string, string[]>();
    // A generator holds the text of what it writes.
    for (const file of files.filter((one) => one !== 'cli/generated.ts'))
      for (const name of exportsOf(file)) homes.set(name, [...(homes.get(name) ?? []), file]);
    const twice = [...homes].filter(([, where]) => new Set(where).size > 1);
    expect(twice.map(([name, where]) => `${name}: ${where.join(', ')}`)).toEqual([]);
  });

  it('export nothing that no other file uses', () => {
    const test = join(import.meta.dirname);
    const tests = readdirSync(test, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(tsx?|mjs)$/.test(file))
      .map((file) => readFileSync(join(test, file), 'utf8'));
    const texts = new Map(files.map((file) => [file, readFileSync(join(src, file), 'utf8')]));
    const words = (text: string) => new Set(text.match(/[\w$]+/g));
    const ofTests = words(tests.join('\n'));
    const ofFiles = [...texts].map(([file, text]) => ({ file, used: words(text) }));
    const unused = files.flatMap((file) =>
      exportsOf(file)
        .filter((name) => !ofTests.has(name))
        .filter((name) => !ofFiles.some((other) => other.file !== file && other.used.has(name)))
        .map((name) => `${file}: ${name}`),
    );
    expect(unused).toEqual([]);
  });

  it('are no crumbs: what is below 40 lines has several readers, or is one definition of its kind', () => {
    const small = files.filter(
      (file) =>
        readFileSync(join(src, file), 'utf8').split('\n').length <= 40 &&
        new Set(local.filter(({ target }) => target === file).map((one) => one.file)).size === 1 &&
        !/^export const \w+ = define/m.test(readFileSync(join(src, file), 'utf8')) &&
        !file.startsWith('programs/'),
    );
    expect(small).toEqual(Object.keys(smallFiles));
  });

  it('leave control and invisible characters to lib/sanitize.ts', () => {
    const own = files.filter((file) => characterClass.test(readFileSync(join(src, file), 'utf8')));
    expect(own.filter((file) => file !== 'lib/sanitize.ts')).toEqual(Object.keys(ownClasses).sort());
  });

  it('load the heavy parts only when they are needed', () => {
    const first = reachable(['programs/orch-tui.ts', 'cli/room.ts']);
    const heavy = imports
      .filter(({ file, isLazy, isType }) => first.has(file) && !isLazy && !isType)
      .map(({ target }) => packageOf(target));
    for (const name of ['ink', 'react', 'conf', 'commander', 'simple-git', 'node-pty', '@xterm/headless'])
      expect(heavy).not.toContain(name);
    // The first text comes before any feature is loaded; a secret leaves the environment before that.
    expect([...first].filter((file) => /^(features|tui)\//.test(file))).toEqual([
      'features/notion/service/token.ts',
    ]);
  });
});

/** Files loaded at once with the given ones. */
function reachable(entries: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const one of local) if (one.file === file && !one.isLazy && !one.isType) visit(one.target);
  };
  entries.forEach(visit);
  return seen;
}

function findCycle(graph: ReadonlyMap<string, readonly string[]>): string | null {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(' → ');
    if (done.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return null;
}

it('the table of directions is the one that src/README.md shows', () => {
  const readme = readFileSync(join(src, 'README.md'), 'utf8');
  for (const [folder, targets] of Object.entries(directions)) {
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${folder}/\``));
    const named = row?.split('|')[3]?.trim() ?? 'no row';
    expect(`${folder}: ${named}`).toBe(`${folder}: ${targets.length === 0 ? '–' : targets.join(' ')}`);
  }
  expect(relative(src, join(src, 'README.md'))).toBe('README.md');
});
