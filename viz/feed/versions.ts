/** Whether page and server belong together: a server that was upgraded meanwhile speaks of things that this page does not know. */

export interface VersionState {
  /** What the server says it is, where that is not what this page was built with; empty otherwise. */
  readonly otherServer: string;
  /** Messages of the server on this connection that the page could not read. */
  readonly unread: number;
  /** The server has a page that was built later than this one. */
  readonly newerPage: boolean;
}

export const noVersions = (): VersionState => ({ otherServer: '', unread: 0, newerPage: false });

/** Longest name that is shown of what a server calls itself. */
const MOST_CHARACTERS = 60;

/**
 * The server's name for itself where its version differs from the page's; empty where it does not. A name without a number
 * tells nothing, and no name at all is told as `?`.
 */
export function otherServer(software: string, pageVersion: string): string {
  if (software === '') return '?';
  const version = /\d+\.\d+\.\d+[\w.+-]*/.exec(software.slice(0, 200))?.[0] ?? pageVersion;
  return version === pageVersion ? '' : software.slice(0, MOST_CHARACTERS);
}

/** What an HTML page is made of, as its head names it: the names hold digests, so that other names are another page. */
export function partsOf(html: string): string {
  return [...html.slice(0, 20_000).matchAll(/<(?:script|link)[^>]*\s(?:src|href)="([^"]{1,300})"/g)]
    .map(([, name]) => name!)
    .sort()
    .join(' ');
}

/** The same of the page that runs. */
export function runningParts(): string {
  return [...document.querySelectorAll('head script[src], head link[href]')]
    .map((part) => part.getAttribute('src') ?? part.getAttribute('href')!)
    .sort()
    .join(' ');
}

/** Asks the server for the page itself, and compares. Null where it cannot be told. */
export async function isNewerPageThere(running: string): Promise<boolean | null> {
  try {
    const answer = await fetch(location.pathname, { cache: 'no-cache', headers: { accept: 'text/html' } });
    const offered = answer.ok ? partsOf(await answer.text()) : '';
    return offered === '' ? null : offered !== running;
  } catch {
    return null; // The server is away, or a proxy is in the way: it is asked again with the next connection.
  }
}
