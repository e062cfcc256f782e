import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/schema.ts';
import { unknownSettings } from '../../src/config/unknownSettings.ts';

test.each([
  { text: '{"limit": {"workers": 1}}', says: ['1:2: no setting "limit"; did you mean "limits"?'] },
  { text: '{\n  "job": {}\n}', says: ['2:3: no setting "job"; did you mean "jobs"?'] },
  { text: '{"setups": []}', says: ['1:2: no setting "setups"; did you mean "repos[].setup"?'] },
  { text: '{"gaurd": false}', says: ['1:2: no setting "gaurd"; did you mean "guard"?'] },
  {
    text: '{"limits": {"dollars": {"days": 5}, "worker": 2}}',
    says: [
      '1:25: no setting "days"; did you mean "day"? In limits.dollars.',
      '1:37: no setting "worker"; did you mean "workers"? In limits.',
    ],
  },
  {
    text: '{"repos": [{"name": "a", "path": "a"},\n {"name": "b", "path": "b", "submodule": true}]}',
    says: ['2:29: no setting "submodule"; did you mean "submodules"? In repos[].'],
  },
  {
    text: '{"agents": {"mine": {"command": ["x"], "evn": {}, "env": {"ANY": "1"}, "quit": {"key": ""}}}}',
    says: [
      '1:40: no setting "evn"; did you mean "env"? In agents.mine.',
      '1:81: no setting "key". In agents.mine.quit.',
    ],
  },
  {
    text: '{"board": {"autoadd": true}}',
    says: ['1:12: no setting "autoadd"; did you mean "autoAdd"? In board.'],
  },
  { text: '{"notion": {"token": "secret"}}', says: ['1:13: no setting "token". In notion.'] },
  {
    text: '{"invoices": {"currency": "EUR", "rate": {"hours": 1}, "clients": {"Any": {"name": "A", "line": []}}}}',
    says: [
      '1:43: no setting "hours"; did you mean "hour"? In invoices.rate.',
      '1:89: no setting "line"; did you mean "lines"? In invoices.clients.Any.',
    ],
  },
  {
    text: '{"guard": {"alow": []}}',
    says: ['1:12: no setting "alow"; did you mean "allow"? In guard.'],
  },
  {
    text: '{"radar": true, "radar": false}',
    says: ['1:17: "radar" is there twice; the last one counts.'],
  },
  { text: '{"__proto__": 1}', says: ['1:2: no setting "__proto__".'] },
  { text: '{"\\u001b[31m": 1}', says: ['1:2: no setting "\\u001b[31m".'] },
  { text: '\ufeff{"$schema": "x", "// note": "y", "name": "a", "jobs": {"any": ["x"]}}', says: [] },
  { text: '[]', says: [] },
  { text: '{"a":', says: [] },
])('what has no effect is named, with its place: $text', ({ text, says }) => {
  const found = unknownSettings(text);
  // Place and suggestion are visible where a line is cut at 80 columns.
  for (const { message } of found)
    expect(message.replace(/\?[^?]*$/, '').length + '! '.length).toBeLessThanOrEqual(80);
  expect(found.map(({ message }) => message)).toEqual(says.map((one) => `.orch/config.json:${one}`));
  if (says.length > 0) expect(() => parseConfig(JSON.parse(text))).not.toThrow();
});
