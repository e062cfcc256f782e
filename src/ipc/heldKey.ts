/** The variable by which a person's script passes the approval key. */
export const approvalVariable = 'ORCH_APPROVAL_KEY';

/** The approval key of this process, which acts for one caller. */
let held: string | undefined;

/** Takes the key out of an environment: whatever is started with that afterwards does not get it. */
export function takeApprovalKey(env: Record<string, string | undefined>): void {
  const given = env[approvalVariable]?.trim();
  delete env[approvalVariable];
  if (given) held = given;
}

/** Holds a key that this process has made by itself. */
export function holdApprovalKey(key: string): void {
  held = key;
}

/** Returns the key that this process was given, to show it to a daemon. */
export function heldApprovalKey(): string | undefined {
  return held;
}
