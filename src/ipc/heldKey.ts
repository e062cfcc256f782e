/** Variable with which a person's script passes the approval key. */
export const approvalVariable = 'ORCH_APPROVAL_KEY';

/** The approval key of this process, which serves one caller. */
let held: string | undefined;

/** Removes the key from an environment, so that child processes do not inherit it. */
export function takeApprovalKey(env: Record<string, string | undefined>): void {
  const given = env[approvalVariable]?.trim();
  delete env[approvalVariable];
  if (given) held = given;
}

/** Holds a key that this process has created. */
export function holdApprovalKey(key: string): void {
  held = key;
}

/** Returns the key to show to a daemon. */
export function heldApprovalKey(): string | undefined {
  return held;
}
