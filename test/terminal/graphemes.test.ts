import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const graphemes = fileURLToPath(new URL('../../src/terminal/xterm.ts', import.meta.url));

/** Loads the tables in a process that has used Node's pool of buffers before, and prints what they take. */
const program = `
  Buffer.from('AAAAAAAAAAAAAAAA', 'latin1').fill(START);
  const before = process.memoryUsage().arrayBuffers;
  const { measureByGraphemes } = await import(${JSON.stringify(graphemes)});
  const xterm = (await import('@xterm/headless')).default;
  const terminal = new xterm.Terminal({ allowProposedApi: true, logLevel: 'off' });
  measureByGraphemes(terminal);
  terminal.input('');
  terminal.write('日👩\\u200d👧e\\u0301');
  const megabytes = (process.memoryUsage().arrayBuffers - before) / 1e6;
  console.log(JSON.stringify({ isSmall: megabytes < 8, x: terminal.buffer.active.cursorX, pool: Buffer.poolSize > 0 }));
`;

test.each([0x00, 0x01, 0x44, 0xff])(
  'widths do not depend on buffers made before, filled with %i',
  (start) => {
    const said = execFileSync(process.execPath, [
      '--input-type=module',
      '-e',
      program.replace('START', `${start}`),
    ]);
    expect(JSON.parse(said.toString())).toEqual({ isSmall: true, x: 5, pool: true });
  },
);
