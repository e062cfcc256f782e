/**
 * Whether Claude Code refused a resume because it kept nothing of the conversation: it exits with 1 then. It
 * writes its transcript some time after the hooks have fired, so a process killed early leaves none behind.
 */
export function showsMissingConversation(screenText: string): boolean {
  return screenText.replace(/\s+/g, '').includes('NoconversationfoundwithsessionID:');
}
