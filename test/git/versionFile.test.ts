import { expect, test } from 'vitest';
import { findVersions, replaceVersions } from '../../src/features/releases/service/status.ts';

test.each([
  ['VERSION', '1.2.3\n', '9.0.0\n'],
  ['VERSION', '\ufeff 1.2.3\r\n', '\ufeff 9.0.0\r\n'],
  ['VERSION', 'one two\n', 'one two\n'],
  ['package.json', '{"version":"1.2.3"}', '{"version":"9.0.0"}'],
  [
    'package.json',
    '{\r\n\t"a": {"version": "0"}, "b": ["version", "1"],\r\n  "version" : "1.2.3", "c\\"": "}" }',
    '{\r\n\t"a": {"version": "0"}, "b": ["version", "1"],\r\n  "version" : "9.0.0", "c\\"": "}" }',
  ],
  ['package.json', '{"v\\u0065rsion": "1.2.3"}', '{"v\\u0065rsion": "9.0.0"}'],
  ['package.json', '{"version": 1, "name": "version"}', '{"version": 1, "name": "version"}'],
  ['package.json', '{"version": "1.2.3",}', '{"version": "1.2.3",}'],
  ['package.json', '[{"version": "1.2.3"}]', '[{"version": "1.2.3"}]'],
  [
    'package-lock.json',
    '{"version": "1.2.3", "packages": {"": {"version": "1.2.3"}, "node_modules/a": {"version": "1.2.3"}}}',
    '{"version": "9.0.0", "packages": {"": {"version": "9.0.0"}, "node_modules/a": {"version": "1.2.3"}}}',
  ],
  [
    'Cargo.toml',
    '# version = "0"\n[package] # ours\nname = "a"\nversion = \'1.2.3\' # here\n[dependencies]\nversion = "5"\nb = { version = "1" }\n[package.metadata]\nversion = "5"\n',
    '# version = "0"\n[package] # ours\nname = "a"\nversion = \'9.0.0\' # here\n[dependencies]\nversion = "5"\nb = { version = "1" }\n[package.metadata]\nversion = "5"\n',
  ],
  [
    'Cargo.toml',
    '[workspace . package]\r\nversion="1.2.3"\r\n[[bin]]\r\nversion = "5"\r\n',
    '[workspace . package]\r\nversion="9.0.0"\r\n[[bin]]\r\nversion = "5"\r\n',
  ],
  ['Cargo.toml', '[package]\nversion.workspace = true\n', '[package]\nversion.workspace = true\n'],
  [
    'pyproject.toml',
    '[project]\ndescription = """\nversion = "5"\n"""\nversion = "1.2.3"\n[tool.poetry]\nversion = "1.2.3"\n[tool.black]\nversion = "5"',
    '[project]\ndescription = """\nversion = "5"\n"""\nversion = "9.0.0"\n[tool.poetry]\nversion = "9.0.0"\n[tool.black]\nversion = "5"',
  ],
  ['README.md', '1.2.3', '1.2.3'],
])('In %s the version is replaced, and every other character stays: %j', (file, before, after) => {
  expect(replaceVersions(before, findVersions(file, before), '9.0.0')).toBe(after);
});
