import { expect, test } from 'vitest';
import { Environments } from '../../src/controller/effects/tools.ts';
import { areForwardable, forwardedVariables, withForwarded } from '../../src/core/clientVariables.ts';

test('listed variables of a shell are lent; an invalid value counts as not set', () => {
  const shell = {
    PATH: '/b',
    LC_TIME: 'de',
    HOME: '/h',
    ANTHROPIC_API_KEY: 'k',
    TZ: 'a\nb',
    DISPLAY: undefined,
  };
  expect(forwardedVariables(shell)).toEqual({ PATH: '/b', LC_TIME: 'de' });
  expect(areForwardable(forwardedVariables(shell))).toBe(true);
  expect(areForwardable({ HOME: '/h' })).toBe(false);
});

test('listed variables that the shell lacks are removed, and all others stay', () => {
  const own = { PATH: '/a', SSH_AUTH_SOCK: '/gone', LC_ALL: 'C', HOME: '/h', API_KEY: 'k' };
  expect(withForwarded(own, { PATH: '/b' })).toEqual({ PATH: '/b', HOME: '/h', API_KEY: 'k' });
});

test('an environment is found by its name, which tells nothing; that of an equal shell is the own one', () => {
  const all = new Environments({ PATH: '/a', HOME: '/h' });
  expect(all.keep({ PATH: '/a' })).toBe('');
  const names = ['/b', '/c', '/b'].map((PATH) => all.keep({ PATH }));
  expect(names[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(names).toEqual([names[0], names[1], names[0]]);
  expect(all.ambientOf(names[1] ?? '')).toEqual({ PATH: '/c', HOME: '/h' });
  for (let n = 0; n < 100; n++) all.keep({ PATH: `/${n}` });
  expect(all.ambientOf(names[1] ?? '')).toEqual({ PATH: '/a', HOME: '/h' });
});
