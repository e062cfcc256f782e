/**
 * Whether Claude Code refused a resume because it kept nothing of the conversation: it exits with 1 then. It
 * writes its transcript some time after the hooks have fired, so a process killed early leaves none behind.
 */
export function showsMissingConversation(screenText: string): boolean {
  return screenText.replace(/\s+/g, '').includes('NoconversationfoundwithsessionID:');
}

/** Whether Claude Code refused to begin a conversation because it kept one of that id: it exits with 1 then, too. */
export function showsKeptConversation(screenText: string): boolean {
  return /SessionID[-0-9a-f]+isalreadyinuse/.test(screenText.replace(/\s+/g, ''));
}
