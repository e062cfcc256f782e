import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Sandbox } from '../support/sandbox.ts';
import { Room, terminal, value } from './room.ts';

test('queries of a program are answered', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const ask =
    'process.stdin.setRawMode(true).on("data", (d) => console.log(JSON.stringify(String(d)))); process.stdout.write("\\x1b[6n")';
  await room.open('q', ask);
  const view = await room.watch('q');
  await view.until('"\\u001b[1;1R"');
  await room.leave();
});

test('a stopped child with five megabytes waiting disturbs nobody', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const count =
    'let n=0;process.stdin.setRawMode(true).on("data",(d)=>{n+=d.length;if(n>=5e6)console.log("all "+n)});console.log("raw")';
  const { pid } = await room.open('stopped', count);
  await (await room.watch('stopped')).until('raw');
  process.kill(pid, 'SIGSTOP');
  for (let sent = 0; sent < 5; sent++) room.type('stopped', Buffer.alloc(1_000_000, 'x'));
  await room.open(
    'other',
    'process.stdin.setRawMode(true).on("data",(d)=>process.stdout.write(d));console.log("go")',
  );
  const other = await room.watch('other');
  await other.until('go');
  for (const word of ['one', 'two', 'three']) {
    room.type('other', word);
    await other.until(word);
  }
  process.kill(pid, 'SIGCONT');
  await (await room.watch('stopped')).until('all 5000000');
  await room.leave();
});

test('of forty megabytes typed at a stopped child sixteen are kept, and it can still be ended', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const count = `let n=0,said=false;process.stdin.setRawMode(true).on("data",(d)=>{
    n+=d.length; if(n>15e6&&!said){said=true;console.log("plenty")} if(d.includes("E"))console.log("total "+n+".")}); console.log("raw")`;
  const { pid } = await room.open('full', count);
  const view = await room.watch('full');
  await view.until('raw');
  process.kill(pid, 'SIGSTOP');
  for (let sent = 0; sent < 40; sent++) room.type('full', Buffer.alloc(1_000_000, 'x'));
  // Answered after all of that has been taken in or refused.
  value(await room.call('status', {}));
  process.kill(pid, 'SIGCONT');
  await view.until('plenty');
  room.type('full', 'E');
  await view.until((text) => /total \d+\./.test(text));
  const total = Number(/total (\d+)\./.exec(view.text)?.[1]);
  expect(total).toBeGreaterThan(16_000_000);
  expect(total).toBeLessThan(18_000_000);
  process.kill(pid, 'SIGSTOP');
  expect(value(await room.call('end', { id: 'full' })).exit).not.toBeNull();
  await room.leave();
});

test('text is pasted as one piece where the child asked for that, else line by line, and submitted', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  const show = 'process.stdin.setRawMode(true).on("data",(d)=>console.log(JSON.stringify(String(d))));';
  await room.open('plain', `${show}console.log("ready")`);
  await room.open('bracketed', `${show}console.log("\x1b[?2004hready")`);
  const views = await Promise.all(['plain', 'bracketed'].map((id) => room.watch(id)));
  await Promise.all(views.map((view) => view.until('ready')));
  const text = 'one\n\ttwo\x1b[201~\x03';
  for (const id of ['plain', 'bracketed']) value(await room.call('paste', { id, text, submit: true }));
  await views[0]?.until((text) => /"one"\s+"\\r"\s+"\\ttwo\[201~"\s+"\\r"/.test(text));
  await views[1]?.until((text) => /"\\u001b\[200~one\\r\\ttwo\[201~\\u001b\[201~"\s+"\\r"/.test(text));
  await room.leave();
});

test('a program inside a terminal may look at another one, but neither type into it nor size it', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open(
    'victim',
    'process.stdin.setRawMode(true).on("data", (d) => console.log("got " + d)); console.log("ready")',
  );
  const victim = await room.watch('victim');
  await victim.until('ready');
  const script = fileURLToPath(new URL('insideTerminal.ts', import.meta.url));
  const command = [process.execPath, script, sandbox.root, sandbox.runtime, 'victim'];
  value(await room.call('open', terminal('worker', command, {})));
  await (await room.watch('worker')).until('codes: not_allowed not_allowed ok');
  await room.exited('worker');
  room.type('victim', 'a person');
  await victim.until('got a person');
  expect(value(await room.call('text', { id: 'victim' })).text).not.toContain('by a worker');
  await room.leave();
});
