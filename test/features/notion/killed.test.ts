import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { boardTable, card, makeScene, type Scene } from './scene.ts';

const program = join(import.meta.dirname, 'syncProcess.ts');

function start(scene: Scene, url: string): { child: ChildProcess; output: () => string } {
  const { folder, clock } = scene;
  // More than a minute passes between two rounds, so queries show the latest changes.
  clock.pass(120_000);
  const child = spawn(
    process.execPath,
    [program, join(folder, 'orch'), join(folder, 'board.json'), JSON.stringify(scene.mapping)],
    {
      env: {
        HOME: folder,
        XDG_RUNTIME_DIR: folder,
        NOTION_TOKEN: scene.service.token,
        ORCH_NOTION_URL: url,
        START: String(clock.now()),
      },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  return { child, output: () => output };
}

it('doubles nothing when it is killed at any request, and never shows the token', async () => {
  using scene = await makeScene(boardTable);
  const { url, server } = await scene.service.listen();
  try {
    const cards = Array.from({ length: 12 }, (_, i) => [`ORC-${i}`, card(`Card ${i}`, { repo: `r${i}` })]);
    writeFileSync(join(scene.folder, 'board.json'), JSON.stringify(cards));
    mkdirSync(join(scene.folder, 'orch'));
    scene.service.addPage(scene.source, { Task: 'From Notion', Repo: 'there' });
    const outputs: string[] = [];
    for (const requests of [3, 4, 6, 9]) {
      const { child, output } = start(scene, url);
      const end = once(child, 'exit');
      let left = requests;
      scene.service.fault = () => {
        left -= 1;
        if (left === 0) child.kill('SIGKILL');
        return null;
      };
      const [, signal] = await end;
      expect(signal, output()).toBe('SIGKILL');
      outputs.push(output());
    }
    scene.service.fault = () => null;
    for (let i = 0; i < 2; i++) {
      const { child, output } = start(scene, url);
      const [code] = await once(child, 'close');
      expect(code, output()).toBe(0);
      outputs.push(output());
    }
    expect(outputs.at(-1)).toContain('"created":0,"updated":0,"pulled":0');
    const repos = scene.service.living(scene.source).map((page) => String(scene.service.values(page).Repo));
    expect(repos.sort()).toEqual([...cards.map((_, i) => `r${i}`), 'there'].sort());
    const kept = readdirSync(join(scene.folder, 'orch')).map((name) => join(scene.folder, 'orch', name));
    const everything = [...outputs, ...kept.map((file) => readFileSync(file, 'utf8'))].join('\n');
    expect(kept.length).toBeGreaterThanOrEqual(2);
    expect(everything).toContain('/v1/pages');
    expect(everything).not.toContain('canary');
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
