import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Notifier } from '../../src/client/desktop.ts';

/** Creates a terminal that records notifications; `until` waits for the first one. */
class Told {
  readonly lines: string[] = [];
  readonly first = Promise.withResolvers<void>();
  ring(): void {
    this.lines.push('ring');
  }
  notify(style: string | null, title: string, text: string): void {
    this.lines.push(`${style} ${title}: ${text}`);
    this.first.resolve();
  }
}

const fail = (message: string) => {
  throw new Error(message);
};

test('several notifications of one moment are combined', async () => {
  const told = new Told();
  const notifier = new Notifier(told, { style: 'osc9', bell: true, command: [] }, fail);
  notifier.add('web/a', 'Bash: ls');
  notifier.add('web/b', 'done');
  notifier.add('web/a', 'Bash: rm');
  await told.first.promise;
  expect(told.lines).toEqual(['ring', 'osc9 3 need you: web/a, web/b']);
  notifier.stop();
});

test('the person’s program gets title and text as arguments, whatever they contain', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orch-notify-'));
  try {
    const out = join(folder, 'out');
    const script = `require('node:fs').writeFileSync(${JSON.stringify(out)}, JSON.stringify(process.argv.slice(1)))`;
    const told = new Told();
    const command = [process.execPath, '-e', script, '--', '-x'];
    const notifier = new Notifier(told, { style: null, bell: false, command }, fail);
    notifier.add('web/a', '$(touch x); `ls`');
    let text = '';
    while (text === '') text = await readFile(out, 'utf8').catch(() => '');
    expect(JSON.parse(text)).toEqual(['-x', 'web/a', '$(touch x); `ls`']);
    expect(told.lines).toEqual(['null web/a: $(touch x); `ls`']);
  } finally {
    rmSync(folder, { recursive: true, maxRetries: 5 });
  }
});

test('a program that cannot be run is reported', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const notifier = new Notifier(new Told(), { style: null, bell: false, command: ['/nowhere'] }, resolve);
  notifier.add('web/a', 'done');
  expect(await promise).toContain('/nowhere');
});
