// Writes down what is derived: the guard's list and the reference in README.md from the table of commands, the keys in
// README.md from the definitions of places and dialogs. `npm run generate`
import { readFileSync, writeFileSync } from 'node:fs';
import { guardList, withReference } from './cli/generated.ts';
import { keyTable } from './tui/definitions.ts';
import { initialAppState } from './ui/state.ts';

const readme = readFileSync('README.md', 'utf8');
const { settings } = initialAppState({ cols: 80, rows: 24 }, 0);

/** The tables that follow the heading `## Keys`, up to the next line of text. */
const keys = /(?<=\n## Keys\n\n)(?:\|[^\n]*\n|\n)+(?=\n)/;
if (!keys.test(readme)) throw new Error('README.md has no tables below the heading "Keys".');

writeFileSync('src/guard/ownCommands.ts', guardList());
writeFileSync('README.md', withReference(readme.replace(keys, () => `${keyTable(settings).trim()}\n`)));
