import type { MouseToken } from '../../terminal/input.ts';

/** Which way the wheel was turned; 0 for everything else that a mouse does. */
export function wheel({ action }: MouseToken): -1 | 0 | 1 {
  if (action === 'wheel-up') return -1;
  return action === 'wheel-down' ? 1 : 0;
}
