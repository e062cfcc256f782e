/** Links of these kinds may reach the person's terminal; a click on another one could start any program. */
const schemes = /^(?:https?|mailto|file|ftp):[\x20-\x7e]+$/i;
/** What browsers take, and VTE with them. */
const longestLink = 2083;

/** Whether a link may be shown as one, in a cell and at the terminal: printable ASCII of a harmless kind. */
export function isLink(uri: string): boolean {
  return uri.length <= longestLink && schemes.test(uri);
}
