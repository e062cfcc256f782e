/** Words of the dialog's two choices; their order, their numbers and the rest of it differ between versions. */
const choices = ['Yes,Itrustthisfolder', 'No,exit'];

/**
 * Reports whether Claude Code asks if the folder can be trusted. Until a person says yes, no hook of ours runs.
 * Narrow terminals wrap the choices anywhere, so spaces are left out of account.
 */
export function showsTrustQuestion(screenText: string): boolean {
  const text = screenText.replace(/[\s│]/g, '');
  return choices.every((choice) => text.includes(choice));
}
