import type { Terminal } from '@xterm/headless';

/** Links of these kinds may reach the person's terminal; a click on another one could start any program. */
const schemes = /^(?:https?|mailto|file|ftp):[\x20-\x7e]+$/i;
/** What browsers take, and VTE with them. */
const longestLink = 2083;

/** Whether a link may be shown as one, in a cell and at the terminal: printable ASCII of a harmless kind. */
export function isLink(uri: string): boolean {
  return uri.length <= longestLink && schemes.test(uri);
}

/** What the cells of a link share. */
export interface Link {
  /** Null once so many others came after it that it is forgotten: its text is plain then. */
  uri: string | null;
}

/** Makes what is printed from now on belong to a link, or to none. */
export type SetLink = (terminal: Terminal, link: Link | null) => void;

/** A screenful has far fewer; all of them together take a megabyte at most. */
const mostLinks = 512;

/**
 * Understands OSC 8 in place of @xterm/headless 6.0.0, which keeps links printed over each other for ever.
 * See gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda; equal addresses are one link here.
 */
export function understandLinks(terminal: Terminal, setLink: SetLink): void {
  /** The least recently opened first. */
  const links = new Map<string, Link>();

  const linkTo = (uri: string): Link => {
    const link = links.get(uri) ?? { uri };
    links.delete(uri);
    links.set(uri, link);
    const [[oldest, forgotten] = []] = links;
    if (links.size > mostLinks && oldest !== undefined && forgotten) {
      forgotten.uri = null;
      links.delete(oldest);
    }
    return link;
  };

  terminal.parser.registerOscHandler(8, (data) => {
    // Parameters, a semicolon, and the address, which may have more of them.
    const uri = data.slice(data.indexOf(';') + 1);
    setLink(terminal, isLink(uri) ? linkTo(uri) : null);
    return true;
  });
}
