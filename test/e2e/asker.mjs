// A program in a pane that shows a screen and records every byte that reaches it. Its brief is JSON:
// {record, screen, next, hooks}: a file, what is shown at first and once something was typed, and hooks it posts before.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

const { record, screen, next, hooks = [] } = JSON.parse(process.env.ORCH_BRIEF);
const draw = (file) =>
  process.stdout.write(`\x1b[H\x1b[2J\x1b[?2004h${readFileSync(file, 'utf8').replaceAll('\n', '\r\n')}`);

writeFileSync(record, '');
for (const hook of hooks)
  await fetch(process.env.ORCH_HOOK_URL, {
    method: 'POST',
    headers: { authorization: `Bearer ${process.env.ORCH_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(hook),
  });
process.stdin.setRawMode(true).on('data', (data) => {
  appendFileSync(record, `${JSON.stringify({ at: Date.now(), bytes: String(data) })}\n`);
  if (next) draw(next);
  else process.stdout.write(`\x1b[36;1H${String(data).replace(/\x1b\[20[01]~|\p{Cc}/gu, '')}`);
});
draw(screen);
