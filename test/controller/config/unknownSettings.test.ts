import { expect, test } from 'vitest';
import { parseConfig } from '../../../src/controller/config/schema.ts';
import { unknownSettings } from '../../../src/controller/config/unknownSettings.ts';

const file = '/shop/.orch/config.json';

test.each([
  { text: '{"limit": {"workers": 1}}', says: ['1:2: there is no setting "limit"; did you mean "limits"?'] },
  { text: '{\n  "job": {}\n}', says: ['2:3: there is no setting "job"; did you mean "jobs"?'] },
  { text: '{"setups": []}', says: ['1:2: there is no setting "setups"; did you mean "repos[].setup"?'] },
  { text: '{"gaurd": false}', says: ['1:2: there is no setting "gaurd"; did you mean "guard"?'] },
  {
    text: '{"limits": {"dollars": {"days": 5}, "worker": 2}}',
    says: [
      '1:25: there is no setting "days" in limits.dollars; did you mean "day"?',
      '1:37: there is no setting "worker" in limits; did you mean "workers"?',
    ],
  },
  {
    text: '{"repos": [{"name": "a", "path": "a"},\n {"name": "b", "path": "b", "submodule": true}]}',
    says: ['2:29: there is no setting "submodule" in repos[]; did you mean "submodules"?'],
  },
  {
    text: '{"agents": {"mine": {"command": ["x"], "evn": {}, "env": {"ANY": "1"}, "quit": {"key": ""}}}}',
    says: [
      '1:40: there is no setting "evn" in agents.mine; did you mean "env"?',
      '1:81: there is no setting "key" in agents.mine.quit.',
    ],
  },
  {
    text: '{"board": {"autoadd": true}}',
    says: ['1:12: there is no setting "autoadd" in board; did you mean "autoAdd"?'],
  },
  { text: '{"notion": {"token": "secret"}}', says: ['1:13: there is no setting "token" in notion.'] },
  {
    text: '{"invoices": {"currency": "EUR", "rate": {"hours": 1}, "clients": {"Any": {"name": "A", "line": []}}}}',
    says: [
      '1:43: there is no setting "hours" in invoices.rate; did you mean "hour"?',
      '1:89: there is no setting "line" in invoices.clients.Any; did you mean "lines"?',
    ],
  },
  {
    text: '{"guard": {"alow": []}}',
    says: ['1:12: there is no setting "alow" in guard; did you mean "allow"?'],
  },
  {
    text: '{"radar": true, "radar": false}',
    says: ['1:17: "radar" is there twice; the last one counts.'],
  },
  { text: '{"__proto__": 1}', says: ['1:2: there is no setting "__proto__".'] },
  { text: '{"\\u001b[31m": 1}', says: ['1:2: there is no setting "\\u001b[31m".'] },
  { text: '\ufeff{"$schema": "x", "// note": "y", "name": "a", "jobs": {"any": ["x"]}}', says: [] },
  { text: '[]', says: [] },
  { text: '{"a":', says: [] },
])('what has no effect is named, with its place: $text', ({ text, says }) => {
  const found = unknownSettings(file, text);
  expect(found.map(({ message }) => message)).toEqual(says.map((one) => `${file}:${one}`));
  if (says.length > 0) expect(() => parseConfig(JSON.parse(text))).not.toThrow();
});
