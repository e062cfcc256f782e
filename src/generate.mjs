// Writes down what is derived from the table of commands: the guard's list and the reference in README.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { guardList, withReference } from './cli/generated.ts';

writeFileSync('src/guard/ownCommands.ts', guardList());
writeFileSync('README.md', withReference(readFileSync('README.md', 'utf8')));
