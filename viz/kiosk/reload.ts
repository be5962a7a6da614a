/** When a page that nobody attends to takes a newer one by itself. */

/** Two servers behind one address that have different pages must not make it reload again and again. */
const LEAST_PAGE_SECONDS = 600;

export interface ReloadState {
  /** Since this page was loaded. */
  readonly pageSeconds: number;
  readonly newerPage: boolean;
  readonly connected: boolean;
}

/** Asked where one view ends and the next begins: nobody misses anything then. */
export function mayReload({ pageSeconds, newerPage, connected }: ReloadState): boolean {
  return newerPage && connected && pageSeconds >= LEAST_PAGE_SECONDS;
}
