import type { ControllerApi } from '../features/commands.ts';
import type { GivenToken } from '../notion/token.ts';
import type { Caller } from '../protocol/link.ts';
import { demand } from './output.ts';

/** Has the controller use the token of this command's shell, which it may have been started without. */
export async function lendToken(call: Caller<ControllerApi>, token: GivenToken | null): Promise<void> {
  if (token) demand(await call('lendToken', token));
}
