import { expect, test } from 'vitest';
import { checkHello, type Hello } from '../../src/ipc/peer.ts';
import { protocolVersion } from '../../src/ipc/version.ts';

const hello: Hello = { protocol: protocolVersion, version: '2.0.0', role: 'client', pid: 1 };

test('the same protocol is understood whatever the versions are', () => {
  expect(checkHello(hello, 'host', '1.0.0')).toEqual({ ok: true, value: null });
});

test.each([0, protocolVersion + 1, Number.NaN])(
  'protocol %s is refused, with both versions and what to do',
  (protocol) => {
    const result = checkHello({ ...hello, protocol }, 'controller', '1.0.0');
    expect(result).toMatchObject({ ok: false, problem: { code: 'version_mismatch' } });
    const { message, hint } = result.ok ? { message: '', hint: '' } : result.problem;
    expect(message).toContain('1.0.0');
    expect(message).toContain('2.0.0');
    expect(hint).toContain('orch-tui controller stop');
  },
);
